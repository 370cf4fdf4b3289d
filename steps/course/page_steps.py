"""What a person does in the consoles' pages, as steps of a browser.

The Dashboard's elements are those of kubernetes/dashboard v2.2.0, src/app/frontend: login/template.html,
chrome/template.html, create/template.html, create/from/form/template.html and portmappings/template.html there.
"""

from urllib.parse import quote

from labproof.connection.visit import Act, Step

TOKEN_CHOICE = 'mat-radio-button:has-text("Token")'
TOKEN = "input#token"
SIGN_IN = 'form button[type="submit"]'
ADD = 'mat-toolbar button:has(mat-icon:text-is("add"))'
"""The "+" at the top of every page: who sees it has logged in."""
FORM = "kd-create-from-form"
DEPLOYMENT = "kd-deployment-list mat-row"


def log_in(token: str) -> tuple[Step, ...]:
    """Log in with a token, up to the first page behind the login."""
    return (
        Step(Act.AWAIT, f"{TOKEN}, {TOKEN_CHOICE}"),
        Step(Act.CLICK, TOKEN_CHOICE, may_be_left_out=True),
        Step(Act.FILL, TOKEN, token.strip(), is_secret=True),
        Step(Act.CLICK, SIGN_IN),
        Step(Act.AWAIT, ADD),
    )


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


def kuboard_path(token: str) -> str:
    """Return the link that opens Kuboard's console with a token, as its documentation has it (install-dashboard.md)."""
    return f"/dashboard?k8sToken={quote(token.strip(), safe='')}"
