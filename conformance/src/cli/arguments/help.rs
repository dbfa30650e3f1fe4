pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 supported; 1 not supported, or a MUST failed (another level: --fail-on); 2 usage; 3 no response to what was asked for, or interrupted.";

pub(super) const MANUAL: &str = "\
Requirements:
  The requirements of SPEC.md that bind a host or its
  authorization server, by id. Each has passed, failed, or was
  not tested, with the reason; a requirement that was not tested
  never counts as passed. `conformance explain` lists them.

Requests:
  By default a host is read: the well-known documents, the
  named URL where there are none, the root page. A named URL
  that does not challenge the GET is sent one MCP `ping` too,
  without a token.
  --mcp       one MCP `initialize`, without a token
  --resource-metadata
              the document of RFC 9728, and the server it names
  --cors      three, to see what a page of an origin can read
  --register  good registrations, a dozen that must be refused,
              and RFC 7592: read, update, delete
  --login     logins with a registered client: one to the end,
              one with another `code_verifier`
  One request at a time for each host, no more than --budget,
  with the pauses that 429 and Retry-After ask for.

First steps:
  conformance check good.example
  conformance check good.example --register --login
  conformance explain rfc7591/3.2.1/status-201

Exit codes:
  0  supported
  1  not supported, or a MUST failed
  2  usage
  3  no response to all that was asked for, or interrupted";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  conformance check good.example
  conformance check https://good.example/mcp --mcp --register --login
  conformance check --hosts hosts.txt --json -o reports.jsonl --resume
  conformance render reports.jsonl --format html > directory.html
  conformance check --hosts hosts.txt --baseline reports.jsonl
  conformance check good.example --record vectors/
  conformance check --replay vectors/good.example.json

Exit codes:
  0  supported
  1  not supported, or a MUST failed; with --baseline: a
     regression. --fail-on names another level, --ignore a
     requirement that fails nothing
  2  usage
  3  no response to all that was asked for, or interrupted";
