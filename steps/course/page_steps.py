"""What a person does in the consoles' pages, as steps of a browser.

The Dashboard's elements are those of kubernetes/dashboard v2.2.0, src/app/frontend: login/template.html,
chrome/template.html, create/template.html, create/from/form/template.html and portmappings/template.html there.
Kuboard's source is closed: of its page we know what the handout says, a box for the token and a button, and what the
console of any cluster shows.
"""

from urllib.parse import quote

from labproof.connection.visit import Act, Step

TOKEN_CHOICE = 'mat-radio-button:has-text("Token")'
TOKEN = "input#token"
SIGN_IN = 'form button[type="submit"]'
ADD = 'mat-toolbar button:has(mat-icon:text-is("add"))'
"""The "+" at the top of every page: who sees it has logged in."""
REFUSAL = 'form [role="alert"]'
"""What the login says of a token that it does not take: Angular Material's mat-error has this role."""
NAMESPACES = "kd-namespace-selector, #namespace-choice"
"""The choice among the namespaces, which opens with the first page behind the login."""
FORM = "kd-create-from-form"
DEPLOYMENT = "kd-deployment-list mat-row"


def log_in(token: str) -> tuple[Step, ...]:
    """Log in with a token, up to the first page behind the login."""
    return (
        Step(Act.AWAIT, f"{TOKEN}, {TOKEN_CHOICE}"),
        Step(Act.CLICK, TOKEN_CHOICE, may_be_left_out=True),
        Step(Act.FILL, TOKEN, token.strip(), is_secret=True),
        Step(Act.CLICK, SIGN_IN),
        Step(Act.AWAIT, ADD, refusal=REFUSAL),
    )


def see_overview() -> Step:
    """Wait for the first page behind the login, with the choice among the cluster's namespaces."""
    return Step(Act.AWAIT, NAMESPACES)


def create_from_form(name: str, image: str) -> tuple[Step, ...]:
    """Create an application with an external service on port 80 in the form, up to the list that shows it."""
    return (
        Step(Act.CLICK, ADD),
        Step(Act.CLICK, '[role="tab"]:has-text("Create from form")'),
        Step(Act.FILL, f'{FORM} input[formcontrolname="name"]', name),
        Step(Act.FILL, f'{FORM} input[formcontrolname="containerImage"]', image),
        Step(Act.CLICK, f'{FORM} mat-select[formcontrolname="serviceType"]'),
        Step(Act.CLICK, 'mat-option:has-text("External")'),
        Step(Act.FILL, f'{FORM} input[formcontrolname="port"]', "80"),
        Step(Act.FILL, f'{FORM} input[formcontrolname="targetPort"]', "80"),
        Step(Act.CLICK, f'{FORM} button:has-text("Deploy")'),
        see_deployment(name),
    )


def see_deployment(name: str, pods: str = "") -> Step:
    """Wait until the list of Deployments shows one, and so many Pods of it, such as `1 / 1`."""
    counted = f':has-text("{pods}")' if pods else ""
    return Step(Act.AWAIT, f'{DEPLOYMENT}:has-text("{name}"){counted}')


KUBOARD_TOKEN = 'textarea:visible, input[type="password"]:visible, input[type="text"]:visible'
KUBOARD_SIGN_IN = ", ".join(f'button:has-text("{word}")' for word in ("Sign in", "Log in", "Login", "登录", "登 录"))
KUBOARD_REFUSAL = '[role="alert"]'
"""What the page says of a token: so it is marked in Element UI, which Kuboard is made with, and in the stand-in."""


def log_in_to_kuboard(token: str) -> tuple[Step, ...]:
    """Paste a token into the one box of the login page and press its button."""
    return (
        Step(Act.FILL, KUBOARD_TOKEN, token.strip(), is_secret=True),
        Step(Act.CLICK, KUBOARD_SIGN_IN),
    )


def see_console(machine: str) -> Step:
    """Wait until Kuboard shows the cluster: one of its machines, or its namespace kube-system."""
    shown = ", ".join(f'body:has-text("{word}")' for word in (machine, "kube-system"))
    return Step(Act.AWAIT, shown, refusal=KUBOARD_REFUSAL)


def kuboard_path(token: str) -> str:
    """Return the link that opens Kuboard's console with a token, as its documentation has it (install-dashboard.md)."""
    return f"/dashboard?k8sToken={quote(token.strip(), safe='')}"
