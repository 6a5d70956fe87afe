// What the page knows of its questions to `turn`.

// Times come from performance.now(), which does not change if somebody sets the device's clock.
export const line = {
  timer: 0, due: 0, serial: 0, asking: false, controller: null,
  askedAt: 0, answeredAt: -Infinity, heardAt: -Infinity, heldUntil: 0,
  failures: 0, interval: 0, told: 0, turnAt: Infinity, stopped: false, unreached: false, lost: false,
};
