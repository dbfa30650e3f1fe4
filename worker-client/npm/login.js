// The built Worker (`make build`) under the names that login.d.ts describes. Its default export is the Worker
// as it stands alone.
import { classes } from './classes.js';
import * as built from './dist/index.js';

export const { Account, Login, Registrar } = classes(built);
export { default } from './dist/index.js';
export { isProblem } from './problem.js';
