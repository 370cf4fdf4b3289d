// The "+" page: create from form.
import { post, read } from "/client.js";
import { card, choice, field, make } from "/parts.js";

const NAME = "[a-z]([a-z0-9\\-]*[a-z0-9])?";

// The controls have the names of the original's, which a browser finds them by.
function inputs(namespace, chosen) {
  const text = (name, more) => make("input", { formcontrolname: name, required: true, ...more });
  const number = (name, value, min) => text(name, { name, type: "number", min: String(min), max: "65535", value });
  return {
    name: text("name", { maxlength: "24", pattern: NAME, placeholder: "App name" }),
    image: text("containerImage", { placeholder: "Container image" }),
    replicas: number("replicas", "1", 0),
    service: choice("serviceType", [["none", "None"], ["internal", "Internal"], ["external", "External"]], chosen),
    port: number("port", "", 1),
    target: number("targetPort", "", 1),
    protocol: choice("protocol", [["TCP", "TCP"], ["UDP", "UDP"]]),
    namespace: text("namespace", { value: namespace || "default" }),
  };
}

// No label: a click on its text would be one on the first thing in it.
const group = (text, box) => make("div", { class: "field" }, make("span", { text }), box);

function specOf(given) {
  const service = given.service.select.value;
  const mapping = { port: Number(given.port.value), targetPort: Number(given.target.value), protocol: given.protocol.select.value };
  return {
    name: given.name.value, containerImage: given.image.value, imagePullSecret: null, containerCommand: null,
    containerCommandArgs: null, replicas: Number(given.replicas.value), portMappings: service !== "none" ? [mapping] : [],
    variables: [], isExternal: service === "external", description: null,
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
  const ports = make("div", { class: "row", hidden: true });
  const given = inputs(namespace, (service) => {
    ports.hidden = service === "none";
    for (const input of ports.querySelectorAll("input")) input.disabled = ports.hidden;
  });
  const trouble = make("p", { class: "bad", role: "alert", hidden: true });
  const deploy = make("button", { id: "deploy", class: "main", text: "Deploy", disabled: true });
  ports.append(field("Port", given.port), field("Target port", given.target), group("Protocol", given.protocol.box));
  given.port.disabled = given.target.disabled = true;
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
    field("Number of pods", given.replicas), group("Service", given.service.box), ports,
    field("Namespace", given.namespace), trouble,
    make("div", { class: "actions" }, deploy, make("button", { type: "button", text: "Cancel", onclick: () => done() })));
  const check = () => { deploy.disabled = !form.checkValidity(); };
  form.addEventListener("input", check);
  form.addEventListener("click", check);
  const page = card("Create", tabs(make("kd-create-from-form", {}, form)));
  page.classList.add("narrow");
  return page;
}

// The original begins with the text of a manifest, which this stand-in does not have.
function tabs(form) {
  const other = make("p", { class: "mute", text: "Of the three ways to create something, this stand-in has the form." });
  const show = (tab) => {
    for (const each of list.children) each.setAttribute("aria-selected", String(each === tab));
    form.hidden = tab !== list.lastChild;
    other.hidden = !form.hidden;
  };
  const names = ["Create from input", "Create from file", "Create from form"];
  const list = make("div", { role: "tablist" }, ...names.map((text) => make("button",
    { type: "button", role: "tab", text, onclick: (event) => show(event.target) })));
  show(list.firstChild);
  return make("div", {}, list, other, form);
}
