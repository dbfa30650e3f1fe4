/** A requirement of SPEC.md, and the file of its cases. */
export interface Requirement {
  id: string;
  file: string;
  subject: string;
  cases: number;
  level: 'MUST' | 'SHOULD' | 'MAY' | 'note';
  binds: string;
  requirement: string;
  source: { name: string; url: string };
}

export interface Answer {
  status: number;
  headers?: [string, string][];
  /** Sent unchanged if it is a string, any other value as JSON. */
  body?: unknown;
}

/** The input of its subject, beside what to expect. */
export interface Vector {
  note: string;
  expect: Record<string, unknown>;
  response?: Answer;
  [input: string]: unknown;
}

export interface Host {
  host: string;
  note: string;
  exchanges: (Answer & { method?: string; url: string })[];
  verdict: string;
  findings: string[];
}

export interface Recorded {
  file: string;
  host: string;
  url: string;
  seen: string;
  note: string;
  partial?: boolean;
  response: { status: number | null; content_type: string | null; body: unknown };
}

export const index: {
  format: 1;
  requirements: Requirement[];
  hosts: { file: string; host: string; verdict: string }[];
  recorded: string[];
};
/** The cases of a subject, each with its requirement. */
export function cases(subject: string): Generator<{ requirement: Requirement; vector: Vector }>;
/** Whole hosts, with the verdict of a client. */
export function hosts(): Host[];
/** Responses of real servers. */
export function recorded(kind: 'malformed' | 'metadata' | 'openid' | 'registration'): Recorded[];
