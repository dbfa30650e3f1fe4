// An object that ended is freed once it is collected, which takes a registry of what is garbage.
if (typeof FinalizationRegistry === 'undefined')
  console.warn('worker-client: set the compatibility_date to 2025-05-05 or later, so that memory is given back');

export const isProblem = (error) =>
  error instanceof Error && ['type', 'title', 'actor', 'remedy'].every((name) => typeof error[name] === 'string');
