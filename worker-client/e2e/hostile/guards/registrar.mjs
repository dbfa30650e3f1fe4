// Guards of an issuer's object: its registrations, and who holds them.
import { src, worker } from './guard.mjs';

export const REGISTRAR = [
  worker(
    'a registration is bound to its use',
    src('registrar/rows'),
    ['used_for: [client_id, server]', 'used_for: [&client_id[..0], &server[..0]]'],
    'binding',
    'S06',
  ),
  worker(
    'a release ends nothing later',
    src('registrar/holders'),
    ['AND account = ? AND since <= ?', 'AND account = ? AND since <= ? + 9e15'],
    'flags',
    'R06',
  ),
  worker(
    'a client whose deletion has begun',
    src('registrar/usable'),
    ['if row.attempts > 0 {', 'if row.attempts > 1_000 {'],
    'flags',
    'R06',
  ),
  worker(
    'a registration waits for its key',
    src('registrar/lifecycle'),
    ['return Ok(Deletion::Unreadable);', 'return Ok(Deletion::Confirmed);'],
    'keys',
    'S08',
  ),
  worker(
    'what is told of a deletion',
    src('registrar/lifecycle'),
    [
      'Deletion::Refused | Deletion::NotOffered => "not-unregistered",',
      'Deletion::Refused | Deletion::NotOffered => "unregistered",',
    ],
    'keys',
    'R06',
  ),
  worker(
    'a change of keys reaches the registrations',
    src('registrar/lifecycle'),
    ['rows.0.rotate(SEALED)?;', 'let _ = SEALED;'],
    'keys',
    'S08',
  ),
  worker(
    'a registration and its repetition in time',
    src('registrar'),
    ['Deadline::after(REGISTRATION_DEADLINE)', 'Deadline::after(REGISTRATION_DEADLINE.saturating_mul(100))'],
    'documents',
    'D17',
  ),
  worker(
    'a server that refuses is left alone',
    src('registrar/attempts'),
    ['return Err(failure.clone());', 'let _ = failure;'],
    'registration',
    'R04',
  ),
  worker(
    'a client of the same party',
    src('registrar/usable'),
    ['registered.is_same_party(server);', 'registered.is_same_party(registered);'],
    'registration',
    'R01',
  ),
];
