"""fastmcp with its in-memory provider, which agrees by itself."""

import os

from fastmcp import FastMCP
from fastmcp.server.auth.providers import in_memory
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from starlette.responses import HTMLResponse

in_memory.DEFAULT_ACCESS_TOKEN_EXPIRY_SECONDS = int(os.environ["ACCESS_TOKEN_SECONDS"])
auth = in_memory.InMemoryOAuthProvider(
    base_url=os.environ["ISSUER"],
    client_registration_options=ClientRegistrationOptions(
        enabled=True, valid_scopes=["mcp:tools"], default_scopes=["mcp:tools"]
    ),
    revocation_options=RevocationOptions(enabled=True),
)
server = FastMCP("FastMCP Peer", auth=auth)


@server.tool
def add(a: int, b: int) -> int:
    return a + b


@server.custom_route("/", methods=["GET"])
async def root(_):
    return HTMLResponse("<!doctype html><title>FastMCP Peer</title>")


server.run(transport="http", host="127.0.0.1", port=int(os.environ["PORT"]), show_banner=False)
