// The same, built for one's own machine: hosts on loopback can be named, over http, and `ORIGIN` may be one of them.
import { classes } from './classes.js';
import * as built from './development/index.js';

export const { Account, Login, Registrar } = classes(built);
export { default } from './development/index.js';
export { isProblem } from './problem.js';
