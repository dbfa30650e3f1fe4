// First of all, before anything else is loaded: a code is not left in the address, the history or a referrer.

/** The address that the page was opened with. */
export const arrived = location.href;

/** The address of the page: its redirection URI. */
export const here = location.origin + location.pathname;

if (location.search || location.hash) history.replaceState(history.state, '', here);
