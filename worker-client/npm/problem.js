// An object of a `Login` without a registry of what is garbage is freed by nobody.
if (typeof FinalizationRegistry === 'undefined')
  console.warn('worker-client: set the compatibility_date to 2025-05-05 or later, or call free() on each Login');

export const isProblem = (error) =>
  error instanceof Error && ['type', 'title', 'actor', 'remedy'].every((name) => typeof error[name] === 'string');
