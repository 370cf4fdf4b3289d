"""The Dashboard's HTTP interface: who asks, with which token, and what is answered."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi
from standins.dashboard import deploying, from_file, listing, raw, shapes
from standins.dashboard.bodies import BadBody, body_of
from standins.dashboard.sessions import Csrf, SessionExpired, SessionForeign, Sessions
from standins.pages import Pages
from standins.routing import Route, route
from standins.serving import Reply, Request

BASE = "/api/v1"
UNAUTHORIZED = "MSG_LOGIN_UNAUTHORIZED_ERROR"
EXPIRED = "MSG_TOKEN_EXPIRED_ERROR"
EXCLUSIVE = "MSG_DASHBOARD_EXCLUSIVE_RESOURCE_ERROR"
OWN_SECRETS = ("kubernetes-dashboard-key-holder", "kubernetes-dashboard-certs")
NOT_A_FIELD_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What Go does not send in a header (httpguts.ValidHeaderFieldValue)."""

VERSION = "/version?timeout=32s"
Values = Mapping[str, str]
Authorized = Callable[[ClusterApi, Request, Values], Reply]


class Unauthorized(Exception):
    """Report a request that brings no token with which the cluster could be asked."""


@dataclass(frozen=True)
class Dashboard:
    """Answers every request of the page and of those who use its interface directly."""

    api: ClusterApi
    sessions: Sessions
    csrf: Csrf
    pages: Pages

    def __call__(self, request: Request) -> Reply:
        """Answer one request; refusals of the cluster keep their status and message."""
        try:
            return self.pages.find(request) or route(self._routes(), request, self._refused)
        except Unauthorized as error:
            return Reply.of_text(str(error), 401)
        except ApiError as error:
            return Reply.of_text(error.message, error.status)
        except (ApiUnreachable, SessionForeign, deploying.BadForm, BadBody) as error:
            return Reply.of_text(str(error), 500)

    def _routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/config", lambda *_: Reply.of_json({"serverTime": int(time.time() * 1000)})),
            Route("GET", f"{BASE}/csrftoken/{{action}}", self._csrf_token),
            Route("POST", f"{BASE}/login", self._login),
            Route("GET", f"{BASE}/login/status", self._login_status),
            Route("GET", f"{BASE}/login/modes", lambda *_: Reply.of_json({"modes": ["token"]})),
            Route("GET", f"{BASE}/login/skippable", lambda *_: Reply.of_json({"skippable": False})),
            Route("POST", f"{BASE}/token/refresh", self._refresh),
            Route("POST", f"{BASE}/appdeployment", self._as_user(_deploy)),
            Route("POST", f"{BASE}/appdeploymentfromfile", self._as_user(_deploy_from_file)),
            Route("POST", f"{BASE}/appdeployment/validate/name", self._as_user(_validate_name)),
            Route("POST", f"{BASE}/appdeployment/validate/imagereference", _validate_reference),
            Route("POST", f"{BASE}/appdeployment/validate/protocol", _validate_protocol),
            Route("GET", f"{BASE}/appdeployment/protocols", _protocols),
            *self._object_routes(),
            *self._raw_routes(),
        )

    def _object_routes(self) -> list[Route]:
        found = self._paths("deployment", True, listing.deployments, _deployment_detail)
        for kind in listing.KINDS:
            detail = partial(_detail, kind)
            found += self._paths(kind.name, kind.is_namespaced, partial(listing.listed, kind), detail)
        return found

    def _raw_routes(self) -> list[Route]:
        actions: dict[str, Authorized] = {"GET": raw.read, "PUT": raw.save, "DELETE": raw.delete}
        places = ("_raw/{kind}/namespace/{namespace}/name/{name}", "_raw/{kind}/name/{name}")
        scaled = f"{BASE}/scale/{{kind}}/{{namespace}}/{{name}}"
        return [
            Route("PUT", scaled, self._as_user(raw.scale)),
            Route("GET", scaled, self._as_user(raw.replicas)),
            *(Route(verb, f"{BASE}/{place}", self._as_user(act)) for place in places for verb, act in actions.items()),
        ]

    def _paths(self, name: str, is_namespaced: bool, many: Authorized, one: Authorized) -> list[Route]:
        plain = f"{BASE}/{name}"
        if not is_namespaced:
            return [
                Route("GET", plain, self._as_user(many)),
                Route("GET", f"{plain}/{{name}}", self._as_user(one)),
            ]
        return [
            Route("GET", plain, self._as_user(many)),
            Route("GET", f"{plain}/{{namespace}}", self._as_user(many)),
            Route("GET", f"{plain}/{{namespace}}/{{name}}", self._as_user(one)),
        ]

    def _as_user(self, action: Authorized) -> Callable[[Request, Values], Reply]:
        return lambda request, values: action(self._user_api(request), request, values)

    def _user_api(self, request: Request) -> ClusterApi:
        if token := request.bearer():
            return self.api.with_token(token)
        if not (session := request.header("jweToken")):
            raise Unauthorized(UNAUTHORIZED)
        try:
            return self.api.with_token(self.sessions.read(session))
        except SessionExpired as error:
            raise Unauthorized(EXPIRED) from error

    def _refused(self, request: Request) -> Reply | None:
        if not self._is_csrf_safe(request):
            return Reply.of_text("CSRF validation failed", 401)
        if any(name in request.path for name in OWN_SECRETS):
            return Reply.of_json(EXCLUSIVE, 401)
        return None

    def _is_csrf_safe(self, request: Request) -> bool:
        if request.method != "POST" or request.path.startswith(f"{BASE}/appdeployment/validate/"):
            return True
        action = request.path.removeprefix(f"{BASE}/").split("/")[0]
        return self.csrf.is_valid(action, request.header("X-CSRF-TOKEN"))

    def _csrf_token(self, request: Request, values: Values) -> Reply:
        return Reply.of_json({"token": self.csrf.token(values["action"])})

    def _login(self, request: Request, values: Values) -> Reply:
        token = body_of(request).get("token")
        if not isinstance(token, str) or not token:
            return Reply.of_text("Not enough data to create authenticator.", 500)
        if NOT_A_FIELD_VALUE.search(token):
            said = 'net/http: invalid header field value for "Authorization"'
            return Reply.of_text(f'Get "{self.api.url}{VERSION}": {said}', 500)
        try:
            self.api.with_token(token).get(VERSION)
        except ApiError as error:
            if error.status not in (401, 403):
                raise
            refused = shapes.status_error(ApiError(401, UNAUTHORIZED, "Unauthorized"))
            return Reply.of_json({"jweToken": "", "errors": [refused]})
        return Reply.of_json({"jweToken": self.sessions.open(token), "errors": []})

    def _login_status(self, request: Request, values: Values) -> Reply:
        status = {
            "tokenPresent": bool(request.header("jweToken")),
            "headerPresent": bool(request.bearer()),
            "httpsMode": True,
            "impersonationPresent": False,
            "impersonatedUser": "",
        }
        return Reply.of_json(status)

    def _refresh(self, request: Request, values: Values) -> Reply:
        session = body_of(request).get("jweToken")
        if not isinstance(session, str) or not session:
            raise BadBody("Can not refresh token. No token provided.")
        try:
            token = self.sessions.read(session)
        except SessionExpired as error:
            raise Unauthorized(EXPIRED) from error
        return Reply.of_json({"jweToken": self.sessions.open(token), "errors": []})


def _detail(kind: listing.Kind, api: ClusterApi, request: Request, values: Values) -> Reply:
    return listing.detailed(kind, api, values)


def _deployment_detail(api: ClusterApi, request: Request, values: Values) -> Reply:
    return listing.deployment(api, values)


def _deploy(api: ClusterApi, request: Request, values: Values) -> Reply:
    form = body_of(request)
    deploying.create(api, form)
    return Reply.of_json(form, 201)


def _deploy_from_file(api: ClusterApi, request: Request, values: Values) -> Reply:
    return Reply.of_json(from_file.create(api, body_of(request)), 201)


def _validate_name(api: ClusterApi, request: Request, values: Values) -> Reply:
    asked = body_of(request)
    is_free = deploying.is_name_free(api, str(asked.get("name")), str(asked.get("namespace")))
    return Reply.of_json({"valid": is_free})


def _validate_reference(request: Request, values: Values) -> Reply:
    problem = deploying.reference_problem(body_of(request).get("reference"))
    return Reply.of_json({"valid": not problem, "reason": problem})


def _validate_protocol(request: Request, values: Values) -> Reply:
    asked = body_of(request)
    is_valid = deploying.is_protocol_valid(asked.get("protocol"), asked.get("isExternal"))
    return Reply.of_json({"valid": is_valid})


def _protocols(request: Request, values: Values) -> Reply:
    return Reply.of_json({"protocols": list(deploying.PROTOCOLS)})
