"""The provisioner: makes, changes and removes a room's resources in AWS.

    deployer             the IAM policies of those who deploy
       │
    checks/              what is looked at before a deploy
       │
    blueprint            the list of steps: every resource of a room
       │
    resources/           one module each, with its permissions and policies
       │
       │     state/      what was made and where, and the lock on it
       │       │
    engine/ ◀──┘         read ─▶ decide ─▶ apply, or remove
       │
    aws, actions, names, tags, grant, policies

Everything imports what is below it, and nothing what is above. The public functions (lifecycle,
control, diagnosis) give an engine the steps of the blueprint and a state.

**What a step is.** One resource of a room, as the engine sees it (``engine/step.py``). It says with
data what it needs, which step's resource it lives in (``container``), what AWS can't change in
place (``fixed``), and what would be lost with it (``irreplaceable``). What it finds says whose it
is (``Owner``), and what it wants says which values are not known yet (``UNKNOWN``).

**What the engine promises.**

- Reading comes first and changes nothing. Then one pure function decides, for plan and deploy.
- A resource that is not ours is never touched: the deploy stops before its first change.
- A step runs after those that it needs, and is deleted before them. Others run side by side.
- What is as it should be costs no call that changes AWS, so a second deploy changes nothing.
- Killed anywhere, the same command goes on from there. The state is a help, and may be lost.
- What can't be replaced without loss is not replaced, and the error says what to do.
- Other machines are kept away while something changes: by the lock of a shared state, or by a
  ``Guard`` (``engine/guard.py``), which is the lease in the room's table.

**To add a resource**, in this order:

1. Write its module in ``resources/``: a class that extends ``Resource``, or ``Contained``, with
   ``desired``, ``find``, ``create``, ``update`` and ``delete``, and with ``grants``, which is what
   a deployer must be allowed for it. A policy that the resource carries belongs there, too. What
   another step uses of it is named in ``resources/outputs.py``.
2. Put it into the list in ``blueprint.py``.
3. Write its test in ``tests/provision/resources/``. Say in ``tests/support/moto_aws/by_hand.py``
   how it is deleted by hand, and in ``drifts_*.py`` how it is altered. The tests of plan, deploy,
   repair, destroy, crashes and faults take it from the list.
"""
