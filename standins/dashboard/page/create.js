// The "+" page: create from form.
import { post, read } from "/client.js";
import { card, field, make } from "/parts.js";

const NAME = "[a-z]([a-z0-9\\-]*[a-z0-9])?";

function choice(id, options) {
  return make("select", { id }, ...options.map(([value, text]) => make("option", { value, text })));
}

function inputs(namespace) {
  const number = (id, value, min) => make("input", { id, type: "number", min: String(min), max: "65535", value: String(value) });
  return {
    name: make("input", { id: "app-name", required: true, maxlength: "24", pattern: NAME, placeholder: "nginx" }),
    image: make("input", { id: "container-image", required: true, placeholder: "nginx:1.22" }),
    replicas: number("replicas", 1, 0),
    service: choice("service", [["none", "None"], ["internal", "Internal"], ["external", "External"]]),
    port: number("port", 80, 1),
    target: number("target-port", 80, 1),
    protocol: choice("protocol", [["TCP", "TCP"], ["UDP", "UDP"]]),
    namespace: make("input", { id: "app-namespace", required: true, value: namespace || "default" }),
  };
}

function specOf(given) {
  const hasService = given.service.value !== "none";
  const mapping = { port: Number(given.port.value), targetPort: Number(given.target.value), protocol: given.protocol.value };
  return {
    name: given.name.value, containerImage: given.image.value, imagePullSecret: null, containerCommand: null,
    containerCommandArgs: null, replicas: Number(given.replicas.value), portMappings: hasService ? [mapping] : [],
    variables: [], isExternal: given.service.value === "external", description: null,
    namespace: given.namespace.value, memoryRequirement: null, cpuRequirement: null,
    labels: [{ editable: false, key: "k8s-app", value: given.name.value }], runAsPrivileged: false,
  };
}

async function problemOf(spec) {
  const reference = await post("appdeployment/validate/imagereference", { reference: spec.containerImage });
  if (!reference.valid) return `Container image: ${reference.reason}`;
  const name = await post("appdeployment/validate/name", { name: spec.name, namespace: spec.namespace });
  if (!name.valid) return `Application name: ${spec.name} is already in use in ${spec.namespace}`;
  for (const { protocol } of spec.portMappings) {
    const allowed = await post("appdeployment/validate/protocol", { protocol, isExternal: spec.isExternal });
    if (!allowed.valid) return `Protocol: ${protocol} cannot be used for an external service`;
  }
  return "";
}

export async function create(namespace, done) {
  await read("login/status");
  const given = inputs(namespace);
  const trouble = make("p", { class: "bad", role: "alert", hidden: true });
  const deploy = make("button", { id: "deploy", class: "main", text: "Deploy" });
  const ports = make("div", { class: "row", hidden: true },
    field("Port", given.port), field("Target port", given.target), field("Protocol", given.protocol));
  given.service.addEventListener("change", () => { ports.hidden = given.service.value === "none"; });
  const submit = async (event) => {
    event.preventDefault();
    deploy.disabled = true;
    try {
      const spec = specOf(given);
      const problem = await problemOf(spec);
      if (problem) throw new Error(problem);
      await post("appdeployment", spec);
      done(spec);
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
      deploy.disabled = false;
    }
  };
  const form = make("form", { id: "create-form", onsubmit: submit },
    field("Application name", given.name), field("Container image", given.image),
    field("Number of pods", given.replicas), field("Service", given.service), ports,
    field("Namespace", given.namespace), trouble,
    make("div", { class: "actions" }, deploy, make("button", { type: "button", text: "Cancel", onclick: () => done() })));
  const page = card("Create from form", form);
  page.classList.add("narrow");
  return page;
}
