// The same, built for one's own machine: hosts on loopback can be named, over http, and `ORIGIN` may be one of them.
export { Account, Login, Registrar, default } from './development/index.js';
export { isProblem } from './problem.js';
