"""Masking of secrets; every secret here is made up."""

import base64
import json
import re
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.secrets import _SECRETS, MARK, decode_secret, mask


def part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


JWT = f"{part({'alg': 'RS256', 'kid': 'x'})}.{part({'iss': 'kubernetes/serviceaccount', 'sub': 'me'})}.{'aB3-_x' * 20}"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{'MIIEow' * 30}\n{'IBAAKC' * 9}\n-----END RSA PRIVATE KEY-----"
PEMS = {
    kind: PEM.replace("RSA PRIVATE KEY", kind)
    for kind in ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
}
BOOTSTRAP = "abcdef.0123456789abcdef"

SECRETS = {
    "token": JWT,
    "token in a Secret": encoded(JWT),
    "bootstrap token": BOOTSTRAP,
    "password hash": "$6$saltsalt$" + "aB./" * 21,
    "password hash of yescrypt": "$y$j9T$saltsaltsalt$" + "aB./" * 10,
    **PEMS,
    **{f"{kind} in a kubeconfig": encoded(pem + "\n") for kind, pem in PEMS.items()},
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_secret_is_masked(secret: str) -> None:
    """No part of a secret is left, and what stands around it is."""
    masked = mask(f"before: {secret} after")
    assert masked.startswith(f"before: {MARK}")
    assert masked.endswith(" after")
    assert secret[10:40] not in masked


@pytest.mark.parametrize(("sign", "is_likely", "secret"), _SECRETS, ids=[sign for sign, _, _ in _SECRETS])
@given(st.data())
def test_sign_of_a_secret_is_in_every_such_secret(
    sign: str, is_likely: Callable[[str], object], secret: re.Pattern[str], data: st.DataObject
) -> None:
    """What tells a text without secrets is found in every text that holds one, whatever stands around that."""
    around = st.text("ab0 .-$", max_size=8)
    text = data.draw(around) + data.draw(st.from_regex(secret)) + data.draw(around)
    assert (sign in text and is_likely(text)) or not secret.search(text)


@pytest.mark.parametrize("name", ["jweToken", "password", "token-secret", "client-key-data"])
def test_named_field_is_masked(name: str) -> None:
    """A JSON field that is known to hold a secret is masked, whatever the secret looks like."""
    text = json.dumps({name: 'quo"ted \\ {"x":1}', "other": "stays"})
    masked = json.loads(mask(text))
    assert masked[name].startswith(MARK)
    assert masked["other"] == "stays"


def test_token_has_one_mark_everywhere() -> None:
    """A token gets the same mark in a Secret as on its own, so that a replay still knows it."""
    assert mask(JWT) == mask(encoded(JWT))
    assert mask(JWT) != mask(JWT[:-6] + "zzzzzz")


def test_decoding_fits_masking() -> None:
    """What a Secret's field decodes to is the same secret, masked or not."""
    assert decode_secret(encoded(JWT)) == JWT
    assert decode_secret(mask(encoded(JWT))) == mask(JWT)


@pytest.mark.parametrize("value", ["not base64!", "gA==", "é"])
def test_field_that_is_no_base64(value: str) -> None:
    """A field that is not base64 of a text stands for itself."""
    assert decode_secret(value) == value


@pytest.mark.parametrize(
    "text",
    [
        "kubernetesVersion: v1.20.2\nserviceSubnet: 10.10.0.0/16",
        "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
        encoded("-----BEGIN CERTIFICATE-----\n" + "MIICX" * 100 + "\n-----END CERTIFICATE-----\n"),
        "registry.aliyuncs.com/google_containers/etcd:3.4.13-0",
        "sha256:" + "0123456789abcdef" * 4,
        "system.slice/docker.service",
        '{"password": ""}',
        "root:*:19000:0:99999:7:::",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Versions, certificates, digests and names are no secrets."""
    assert mask(text) == text


def test_json_stays_json() -> None:
    """Masked JSON is JSON with the same shape."""
    data = {"data": {"token": encoded(JWT), "list": [JWT, PEM, BOOTSTRAP]}, "jweToken": '{"a":"b"}', "n": 1}
    masked = json.loads(mask(json.dumps(data)))
    assert masked.keys() == data.keys()
    assert masked["n"] == 1
    assert JWT not in json.dumps(masked)
    assert masked["data"]["list"][0] == masked["data"]["token"]


def test_yaml_stays_yaml() -> None:
    """A masked kubeconfig is YAML with the same keys."""
    config = {
        "users": [{"name": "admin", "user": {"client-key-data": encoded(PEM + "\n"), "token": JWT}}],
        "current-context": "admin@kubernetes",
    }
    masked = yaml.safe_load(mask(yaml.safe_dump(config, width=10**6)))
    assert masked["current-context"] == "admin@kubernetes"
    assert masked["users"][0]["user"]["client-key-data"].startswith(MARK)
    assert masked["users"][0]["user"]["token"] == mask(JWT)


@given(st.lists(st.sampled_from([*SECRETS.values(), '"password": "x y"', "plain", " ", "\n", ".", "-", '"'])))
def test_masking_twice_is_masking_once(pieces: list[str]) -> None:
    """Masking what is masked already changes nothing."""
    once = mask("".join(pieces))
    assert mask(once) == once


@given(st.text())
def test_masking_never_raises(text: str) -> None:
    """Any text can be masked."""
    mask(text)
    decode_secret(text)
