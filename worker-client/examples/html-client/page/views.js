// What the page shows. A view is a function from what is known to elements; what a button does is given to it.
export { confirm, refused } from './views/confirm.js';
export { connection, failed, unrevoked } from './views/connection.js';
export { home, unable } from './views/home.js';
