// The library warns people who run it for others of a store in memory, of keys that are not theirs, and of a version of
// Node that it does not support. All of it is meant here; any other warning is printed.
const MEANT =
  /^\S*oidc-provider WARNING: (a quick start development-only|quick start development-only|Unsupported runtime)/;
const warn = console.warn.bind(console);
console.warn = (text, ...more) => (MEANT.test(text) ? undefined : warn(text, ...more));
