// The built Worker (`make build`) under the names that login.d.ts describes. Its default export is the Worker
// as it stands alone.
export { Account, Login, Registrar, default } from './dist/index.js';
export { isProblem } from './problem.js';
