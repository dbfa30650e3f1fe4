// django-allauth's OpenID provider: OpenID Connect discovery alone, and a consent form of its own that ticks what is
// asked for.
import { startPython } from './python.mjs';

/** `rateLimit: true` keeps its limit of three registrations a minute; `consent: 'auto'` skips its form. */
export const start = ({ rateLimit = false, consent = 'page', ...options }) =>
  startPython({
    script: 'allauth_server.py',
    environment: '.venv',
    more: { CONSENT: consent, ...(rateLimit ? { RATE_LIMIT: 'on' } : {}) },
    ...options,
  });
