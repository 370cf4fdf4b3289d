"""A certificate authority of a lab of its own: recordings hold no keys."""

import base64
import datetime
import functools
import ssl
import tempfile
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_BORN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Authority:
    """The certificate of an authority, and one that it has signed, with its key: for the API and for its clients."""

    certificate: str
    signed: str
    key: str

    @classmethod
    @functools.cache
    def make(cls, name: str) -> "Authority":
        """Return a new authority."""
        own, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate(name, own.public_key(), name, own, is_authority=True)
        leaf = _certificate("kubernetes-admin", theirs.public_key(), name, own, is_authority=False)
        private = theirs.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem = serialization.Encoding.PEM
        return cls(root.public_bytes(pem).decode(), leaf.public_bytes(pem).decode(), private.decode())

    def server(self) -> ssl.SSLContext:
        """Return the TLS settings of a server that asks its clients for a certificate, and takes those without."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
            pair.write(f"{self.signed}\n{self.key}\n")
            pair.flush()
            context.load_cert_chain(pair.name)
        context.load_verify_locations(cadata=self.certificate)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def fields(self) -> dict[str, str]:
        """Return what stands in a kubeconfig for it."""
        texts = {
            "certificate-authority-data": self.certificate,
            "client-certificate-data": self.signed,
            "client-key-data": self.key,
        }
        return {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}


def _certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    is_authority: bool,
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(_BORN)
    builder = builder.not_valid_after(_BORN + datetime.timedelta(days=36500))
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return builder.sign(signer, hashes.SHA256())
