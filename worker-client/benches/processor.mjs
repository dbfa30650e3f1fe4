// The time that processes have used on the processors, in nanoseconds: the figure to trust where other programs share them.
import { readFileSync, readdirSync } from 'node:fs';

/** The processes of workerd that this one started; none where there is no `/proc`. */
export function runtimes() {
  try {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ');
    return children.filter((pid) => pid && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
  } catch {
    return [];
  }
}

/** What all threads of a process have used so far. */
export function processorTime(pid) {
  if (!pid) return NaN;
  const used = (task) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0; // a thread that has just ended
    }
  };
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + used(task), 0);
}
