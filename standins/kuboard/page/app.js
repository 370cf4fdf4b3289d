// The console: what the visitor's token may see of the cluster. Text from the cluster never becomes markup.
const KEY = "k8sToken";
const REFRESH_MS = 5000;
const part = (id) => document.getElementById(id);

function make(tag, text, kind) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = String(text);
  if (kind) element.className = kind;
  return element;
}

async function read(path, token) {
  const response = await fetch(`/k8s-api/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) {
    const error = new Error(response.status === 401 ? "The cluster does not know this token." : `Refused (${response.status}): ${path}`);
    error.status = response.status;
    throw error;
  }
  return (await response.json()).items;
}

const condition = (item, type) => (item.status.conditions || []).find((found) => found.type === type)?.status;
const isReady = (pod) => (pod.status.containerStatuses || []).filter((found) => found.ready).length;

const SECTIONS = [
  ["Nodes", "api/v1/nodes", ["Name", "Ready", "Address", "Version"], (node) => [
    node.metadata.name, condition(node, "Ready") === "True" ? "Ready" : "Not ready",
    node.status.addresses.find((found) => found.type === "InternalIP")?.address, node.status.nodeInfo.kubeletVersion]],
  ["Deployments", "apis/apps/v1/deployments", ["Namespace", "Name", "Available", "Images"], (found) => [
    found.metadata.namespace, found.metadata.name, `${found.status.availableReplicas || 0} / ${found.spec.replicas}`,
    found.spec.template.spec.containers.map((container) => container.image).join(", ")]],
  ["Services", "api/v1/services", ["Namespace", "Name", "Type", "Ports"], (found) => [
    found.metadata.namespace, found.metadata.name, found.spec.type,
    (found.spec.ports || []).map((port) => port.port + (port.nodePort ? `:${port.nodePort}` : "")).join(", ")]],
  ["Pods", "api/v1/pods", ["Namespace", "Name", "Phase", "Ready", "Node"], (pod) => [
    pod.metadata.namespace, pod.metadata.name, pod.status.phase,
    `${isReady(pod)} / ${pod.spec.containers.length}`, pod.spec.nodeName]],
];

async function section([title, path, headings, cells], token) {
  const card = make("section", undefined, "card");
  card.append(make("h1", title));
  try {
    const table = make("table");
    const head = table.createTHead().insertRow();
    headings.forEach((text) => head.append(make("th", text)));
    const body = table.createTBody();
    for (const item of await read(path, token)) {
      const row = body.insertRow();
      cells(item).forEach((text) => { row.insertCell().textContent = text ?? ""; });
    }
    card.append(table);
  } catch (error) {
    if (error.status === 401) throw error;
    card.append(make("p", error.message, "bad"));
  }
  return card;
}

function ask(message = "") {
  sessionStorage.removeItem(KEY);
  part("login").hidden = false;
  part("console").hidden = part("sign-out").hidden = true;
  part("trouble").textContent = message;
  part("trouble").hidden = !message;
}

async function open(token) {
  try {
    const sections = await Promise.all(SECTIONS.map((wanted) => section(wanted, token)));
    sessionStorage.setItem(KEY, token);
    part("console").replaceChildren(...sections);
    part("login").hidden = true;
    part("console").hidden = part("sign-out").hidden = false;
  } catch (error) {
    ask(error.message);
  }
}

part("login").addEventListener("submit", (event) => { event.preventDefault(); open(part("token").value.trim()); });
part("sign-out").addEventListener("click", () => ask());
setInterval(() => { const token = sessionStorage.getItem(KEY); if (token) open(token); }, REFRESH_MS);

// A link may bring the token; it is taken out of the address at once.
const brought = new URLSearchParams(location.search).get("k8sToken");
if (brought) history.replaceState(null, "", "/dashboard");
const known = brought || sessionStorage.getItem(KEY);
if (known) open(known.trim());
else ask();
