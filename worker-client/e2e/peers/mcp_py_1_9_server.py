"""The authorization routes of the MCP Python SDK 1.9 over a store in memory, which agrees by itself."""

import os
import secrets
import time

import uvicorn
from mcp.server.auth import provider as sdk
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import OAuthToken
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

LIFETIME = int(os.environ["ACCESS_TOKEN_SECONDS"])


class Store:
    """Everything that was issued, by its name."""

    def __init__(self):
        self.clients, self.codes, self.access, self.refresh = {}, {}, {}, {}

    async def get_client(self, client_id):
        return self.clients.get(client_id)

    async def register_client(self, client):
        self.clients[client.client_id] = client

    async def authorize(self, client, params):
        code = secrets.token_urlsafe(32)
        self.codes[code] = sdk.AuthorizationCode(
            code=code,
            client_id=client.client_id,
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
        )
        return sdk.construct_redirect_uri(str(params.redirect_uri), code=code, state=params.state)

    async def load_authorization_code(self, client, code):
        return self.codes.get(code)

    async def exchange_authorization_code(self, client, code):
        del self.codes[code.code]
        return self.issue(client.client_id, code.scopes)

    async def load_refresh_token(self, client, token):
        return self.refresh.get(token)

    async def exchange_refresh_token(self, client, token, scopes):
        del self.refresh[token.token]
        return self.issue(client.client_id, scopes or token.scopes)

    async def load_access_token(self, token):
        found = self.access.get(token)
        return found if found and found.expires_at > time.time() else None

    async def revoke_token(self, token):
        self.access.pop(token.token, None)
        self.refresh.pop(token.token, None)

    def issue(self, client_id, scopes):
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        ends = int(time.time()) + LIFETIME
        self.access[access] = sdk.AccessToken(token=access, client_id=client_id, scopes=scopes, expires_at=ends)
        self.refresh[refresh] = sdk.RefreshToken(token=refresh, client_id=client_id, scopes=scopes)
        return OAuthToken(
            access_token=access,
            token_type="bearer",
            expires_in=LIFETIME,
            scope=" ".join(scopes),
            refresh_token=refresh,
        )


store = Store()


async def root(_):
    return HTMLResponse("<!doctype html><title>MCP Python Peer</title>")


async def whoami(request):
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = await store.load_access_token(token) if scheme == "Bearer" else None
    if not found:
        return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"})
    return JSONResponse({"user": "demo", "scopes": found.scopes})


routes = create_auth_routes(
    store,
    AnyHttpUrl(os.environ["ISSUER"]),
    None,
    ClientRegistrationOptions(enabled=True, valid_scopes=["user"]),
    RevocationOptions(enabled=True),
)
app = Starlette(routes=[Route("/", root), Route("/api/whoami", whoami), *routes])
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
