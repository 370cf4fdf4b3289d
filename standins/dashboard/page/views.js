// The lists, one function a kind of object.
import { read } from "/client.js";
import { card, make, state, table } from "/parts.js";

function finished(title, answer, headings, rows, name = "") {
  const errors = answer.errors.map((error) => make("p", { class: "bad", text: error.ErrStatus.message }));
  const empty = rows.length ? [] : [make("p", { class: "mute", text: "There is nothing to display here." })];
  const list = rows.length ? table(headings, rows) : "";
  return card(title, ...errors, name ? make(name, {}, list) : list, ...empty);
}

const labels = (meta) => Object.entries(meta.labels || {}).map(([key, value]) => `${key}: ${value}`).join("\n");

const links = (service) => {
  const ports = service.internalEndpoint.ports.filter((port) => port.nodePort);
  const anchors = ports.map((port) => make("a", {
    href: `http://${location.hostname}:${port.nodePort}/`, target: "_blank", rel: "noreferrer", text: String(port.nodePort),
  }));
  return make("span", {}, ...anchors.flatMap((anchor, index) => (index ? [", ", anchor] : [anchor])));
};

export async function deployments(where) {
  const answer = await read(`deployment${where}`);
  return finished("Deployments", answer, ["Name", "Namespace", "Labels", "Pods", "Images"],
    answer.deployments.map(({ objectMeta, pods, containerImages }) => [
      objectMeta.name, objectMeta.namespace, labels(objectMeta),
      state(pods.running >= pods.desired, `${pods.running} / ${pods.desired}`), containerImages.join(", "),
    ]), "kd-deployment-list");
}

export async function services(where) {
  const answer = await read(`service${where}`);
  return finished("Services", answer, ["Name", "Namespace", "Type", "Cluster IP", "Ports", "Node port"],
    answer.services.map((service) => [
      service.objectMeta.name, service.objectMeta.namespace, service.type, service.clusterIP,
      service.internalEndpoint.ports.map((port) => `${port.port} ${port.protocol}`).join(", "), links(service),
    ]));
}

export async function pods(where) {
  const answer = await read(`pod${where}`);
  return finished("Pods", answer, ["Name", "Namespace", "Status", "Node", "IP", "Restarts"],
    answer.pods.map((pod) => [
      pod.objectMeta.name, pod.objectMeta.namespace,
      state(["Running", "Succeeded"].includes(pod.podStatus.status), pod.podStatus.status),
      pod.nodeName, pod.podIP, pod.restartCount,
    ]));
}

export async function nodes() {
  const answer = await read("node");
  return finished("Nodes", answer, ["Name", "Ready", "Labels"],
    answer.nodes.map(({ objectMeta, ready }) => [objectMeta.name, state(ready === "True", ready), labels(objectMeta)]));
}
