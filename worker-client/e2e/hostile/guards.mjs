// The guards of the code, each with its replacement in a mutant, by the room of the code that they stand in.
import { DISCOVERY } from './guards/discovery.mjs';
import { PROTOCOL } from './guards/protocol.mjs';
import { APP } from './guards/app.mjs';
import { CONFORMANCE } from './guards/conformance.mjs';
import { PLATFORM } from './guards/platform.mjs';
import { ACCOUNT } from './guards/account.mjs';
import { REGISTRAR } from './guards/registrar.mjs';
import { EDGE } from './guards/edge.mjs';

/** Guards that tests on the host reach. */
export const HOST = [...DISCOVERY, ...PROTOCOL, ...APP, ...CONFORMANCE];

/** Guards that only the Worker has. */
export const WORKER = [...PLATFORM, ...ACCOUNT, ...REGISTRAR, ...EDGE];
