"""The provisioner: creates, changes and removes a room's resources in AWS.

    readers              the IAM policies of people who may only look
       │
    deployer             the IAM policies that a deployer needs
       │
    checks/              what Beekeeper checks before a deploy
       │
    blueprint            the list of steps: every resource of a room
    found_rooms          rooms that have no state here, by their names and tags
    consumer_start       starts a consumer; readiness wakes all functions
    table_lease          the lock in the room's table
    table_rows           every row of the table, for a report
       │
    telling              the steps of the alarms, and of what they tell
       │
    resources/           one module each, with its permissions and policies
       │
       │     state/      what was created and where, and the lock on it
       │       │
    engine/ ◀──┘         read ─▶ decide ─▶ apply, or remove
       │
    aws, grant, policies, names, tags, regions
    actions, denials, credentials: what an error says about permissions and sign-ins
    watched              what the alarms look at, and what they tell operators to do

A module imports only from the levels below it. The public functions (lifecycle, control,
diagnosis) give the engine the steps of the blueprint and a state.

**What a step is.** A step is one resource of a room, as the engine sees it (``engine/step.py``).
It says with data which steps it needs, which resource it lives in (``container``), what AWS can't
change in place (``fixed``), and what would be lost with it (``irreplaceable``). What it finds says
who owns the resource (``Owner``). What it wants says which values are not known yet (``UNKNOWN``).

**What the engine promises.**

- It reads first, which changes nothing. Then one pure function decides, for plan and deploy.
- It never changes a resource that is not ours: the deploy stops before its first change.
- A step runs after the steps that it needs, and is deleted before them. Other steps run in
  parallel.
- It makes no changing call for a resource that is already as wanted. So a second deploy changes
  nothing.
- After a kill at any point, the same command continues from there. The state helps, but it can be
  lost.
- It does not replace a resource if something would be lost with it. The error says what to do.
- While it changes something, it keeps other machines away. The lock of a shared state does this.
  Without one, a ``Guard`` does (``engine/guard.py``), which is the lease in the room's table
  (``table_lease.py``).

**To add a resource**, follow these steps:

1. Write its module in ``resources/``: a class that extends ``Resource`` or ``Contained``, with
   ``desired``, ``find``, ``create``, ``update`` and ``delete``. Add ``grants``: the permissions
   that a deployer needs for it. If the resource carries a policy, put that there, too. If another
   step uses a value of it, name that value in ``resources/outputs.py``.
2. Put it into the list in ``blueprint.py``.
3. Write its test in ``tests/provision/resources/``. Add to ``tests/support/moto_aws/by_hand.py``
   how a person deletes it by hand, and to ``drifts_*.py`` how a person alters it. The tests of
   plan, deploy, repair, destroy, crashes and faults then include it.
"""
