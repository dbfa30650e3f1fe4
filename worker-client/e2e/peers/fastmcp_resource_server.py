"""fastmcp as a resource alone: tokens come from the authorization server that it names, which also says whose they are."""

import json
import os
import urllib.request

from fastmcp import FastMCP
from fastmcp.server.auth import AccessToken, RemoteAuthProvider, TokenVerifier
from fastmcp.server.dependencies import get_access_token
from starlette.responses import HTMLResponse

ISSUER = os.environ["ISSUER"]


class Verifier(TokenVerifier):
    async def verify_token(self, token):
        request = urllib.request.Request(os.environ["WHOAMI"], headers={"authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request) as answer:
                found = json.load(answer)
        except OSError:
            return None
        if found["audience"] != f"{ISSUER}/mcp":
            return None
        return AccessToken(token=token, client_id="", scopes=[], claims=found)


auth = RemoteAuthProvider(
    token_verifier=Verifier(), authorization_servers=[os.environ["AUTHORIZATION_SERVER"]], base_url=ISSUER
)
server = FastMCP("FastMCP Resource Peer", auth=auth)


@server.tool
def whoami() -> str:
    claims = get_access_token().claims
    return f"{claims['user']}, with a token for {claims['audience']}"


@server.custom_route("/", methods=["GET"])
async def root(_):
    return HTMLResponse("<!doctype html><title>FastMCP Resource Peer</title>")


server.run(transport="http", host="127.0.0.1", port=int(os.environ["PORT"]), show_banner=False)
