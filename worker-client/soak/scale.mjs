// Writes SCALE.md from the figures of `hosts.mjs`: `node soak/scale.mjs [--people 10000000] [--stored 0.20] …`.
//
// The prices are parameters: the defaults are examples in dollars and must be checked.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '10000000' },
    // Issuers that anybody is connected to, and the most popular one's share of all logins.
    issuers: { type: 'string', default: '5000' },
    hottest: { type: 'string', default: '0.2' },
    // A month of one person: new connections, and calls through the Worker.
    logins: { type: 'string', default: '1' },
    calls: { type: 'string', default: '100' },
    // Requests a second that one object takes.
    capacity: { type: 'string', default: '1000' },
    // Bytes that one object may hold.
    holds: { type: 'string', default: '10000000000' },
    // How much busier the busiest second is than the mean one.
    peak: { type: 'string', default: '10' },
    // Prices: a million requests, a million rows written, a gigabyte stored for a month.
    request: { type: 'string', default: '0.15' },
    written: { type: 'string', default: '1.00' },
    stored: { type: 'string', default: '0.20' },
  },
});
const option = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const measured = JSON.parse(await readFile(new URL('.results/hosts.json', import.meta.url), 'utf8'));

const MONTH = 30 * 24 * 3600;
const { people, issuers } = option;
const objects = people + issuers;
const connections = people * measured.connectionsPerAccount;
const bytes =
  people * measured.bytesPerAccount + issuers * measured.bytesPerRegistrar + connections * measured.bytesPerHolder;
const held = people * option.hottest * measured.bytesPerHolder;
const loginsASecond = (people * option.logins * option.peak) / MONTH;
const hottest = loginsASecond * option.hottest;
const issuerRequestsOfAPerson = option.hottest * measured.issuerRequestsPerLogin * option.logins;
const mostPeople = (option.capacity * MONTH) / (option.peak * issuerRequestsOfAPerson);
const requests =
  people * (option.logins * measured.objectRequestsPerLogin + option.calls * measured.objectRequestsPerCall);
const rows = people * (option.logins * measured.rowsPerLogin + option.calls * measured.rowsPerCall);
const dollars = (amount) => `${amount.toLocaleString('en', { maximumFractionDigits: 0 })} $`;
const number = (amount, digits = 0) => amount.toLocaleString('en', { maximumFractionDigits: digits });
const cost = {
  requests: (requests / 1e6) * option.request,
  written: (rows / 1e6) * option.written,
  stored: (bytes / 1e9) * option.stored,
};

const text = `# To ${number(people)} people

Written by \`node soak/scale.mjs\` from what \`node soak/hosts.mjs\` measured in one deployment with \
${number(measured.hosts)} hosts of ${measured.shapes} shapes:
${number(measured.worked)} worked, and each of the others for a reason of its own (${Object.entries(measured.reasons)
  .map(([reason, times]) => `${reason} ${number(times)}`)
  .join(', ')}).
No host has code or settings of its own.

| measured | |
| --- | --- |
| storage of an account with ${number(measured.connectionsPerAccount, 1)} connections | \
${number(measured.bytesPerAccount)} bytes |
| storage of an issuer's registration | ${number(measured.bytesPerRegistrar)} bytes |
| what each account adds to an issuer's object, with a client identifier of eight characters: a longer one adds its \
length | ${number(measured.bytesPerHolder)} bytes |
| requests that a host receives for a first login, root page and icon included | \
${number(measured.requestsPerLogin, 1)} |
| requests to objects for a login at an issuer that is registered | ${number(measured.objectRequestsPerLogin, 1)} |
| of these, to the issuer's object | ${number(measured.issuerRequestsPerLogin, 1)} |
| rows written for a login, as the database counts them; beyond that for a new account | \
${number(measured.rowsPerLogin)}; ${number(measured.rowsPerAccount)} |
| requests to objects and rows written for a call | ${number(measured.objectRequestsPerCall)}; \
${number(measured.rowsPerCall)} |

| assumed, each an option of the script | |
| --- | --- |
| people; issuers | ${number(people)}; ${number(issuers)} |
| logins and calls of a person in a month | ${number(option.logins, 2)}; ${number(option.calls)} |
| the busiest second against the mean one | ${number(option.peak)} times |
| the most popular issuer's share of logins | ${number(option.hottest * 100)} % |
| requests a second that one object takes; bytes that it may hold | ${number(option.capacity)}; \
${number(option.holds)} |
| price of a million requests to objects; of a million rows written; of a gigabyte for a month | ${option.request} $; \
${option.written} $; ${option.stored} $ |

**Objects.** One for each person and one for each issuer: ${number(people)} + ${number(issuers)} = \
${number(objects)}. An account is asked by its own person alone,
so it never comes near what an object can take, and people need nothing from each other.

**Storage.** ${number(people)} × ${number(measured.bytesPerAccount)} + ${number(issuers)} × \
${number(measured.bytesPerRegistrar)} + ${number(connections)} connections × ${number(measured.bytesPerHolder)} bytes \
= ${number(bytes / 1e9)} GB. A database grows in pages of 4,096 bytes;
these accounts hold ${number(measured.connectionsPerAccount, 1)} connections each.

**Hot issuers.** ${number(people)} × ${number(option.logins, 2)} logins in ${number(MONTH)} s × \
${number(option.peak)} = ${number(loginsASecond, 1)} logins in the busiest second, of which
the most popular issuer's object sees ${number(option.hottest * 100)} % × \
${number(measured.issuerRequestsPerLogin, 1)} = ${number(hottest * measured.issuerRequestsPerLogin, 1)} requests: \
${number((hottest * measured.issuerRequestsPerLogin * 100) / option.capacity, 1)} % of what one object takes.
It is asked when a person logs in to an issuer they are not connected to, not when tokens are used or refreshed. It is
full at \
${number(mostPeople)} people with these habits. It also keeps a row for
each account that is connected: ${number(people)} × ${number(option.hottest * 100)} % × \
${number(measured.bytesPerHolder)} bytes = ${number(held / 1e9, 2)} GB of the ${number(option.holds / 1e9)} GB that \
an object may hold; that is full at
${number(option.holds / measured.bytesPerHolder)} accounts at one issuer.

**Cost of a month.**

- requests: ${number(people)} × (${number(option.logins, 2)} × ${number(measured.objectRequestsPerLogin, 1)} + \
${number(option.calls)} × ${number(measured.objectRequestsPerCall, 1)}) / 10⁶ × ${option.request} $ = \
${dollars(cost.requests)}
- rows: ${number(people)} × (${number(option.logins, 2)} × ${number(measured.rowsPerLogin)} + ${number(option.calls)} \
× ${number(measured.rowsPerCall)}) / 10⁶ × ${option.written} $ = ${dollars(cost.written)}; once, for new accounts, \
${number(people)} × ${number(measured.rowsPerAccount)} / 10⁶ × ${option.written} $ = \
${dollars((people * measured.rowsPerAccount * option.written) / 1e6)}
- storage: ${number(bytes / 1e9)} GB × ${option.stored} $ = ${dollars(cost.stored)}

Together ${dollars(cost.requests + cost.written + cost.stored)}, \
${number(((cost.requests + cost.written + cost.stored) / people) * 1000, 2)} $ for a thousand people. Not in it: the \
Worker's own requests and the
time that objects spend awake, which the deployment's bill shows; refreshes, one for each connection in use and token \
lifetime; the alarms.
`;
await writeFile(new URL('../SCALE.md', import.meta.url), text);
console.log(text);
