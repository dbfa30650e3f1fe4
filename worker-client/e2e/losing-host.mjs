// The host program of the tests, with accounts that can be made to lose their answers.
export { Registrar } from './host.mjs';
export { Account, default } from './objects-host.mjs';
