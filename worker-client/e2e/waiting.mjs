// Waiting in tests: for a time, and for what comes a moment later.
import assert from 'node:assert/strict';

export const wait = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Waits until it holds: the work of an alarm comes a moment later. */
export async function eventually(holds, what, seconds = 15) {
  for (let n = 0; n < seconds * 10; n += 1) {
    if (await holds()) return;
    await wait(100);
  }
  assert.fail(`never: ${what}`);
}
