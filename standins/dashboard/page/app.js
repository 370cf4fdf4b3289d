// Which view is shown, and for whom.
import { read, renew, session, signIn } from "/client.js";
import { create } from "/create.js";
import { card, field, make } from "/parts.js";
import * as views from "/views.js";

const RENEW_MS = 5 * 60 * 1000;
const REFRESH_MS = 5000;
const part = (id) => document.getElementById(id);
let namespace = "";
let shown = 0;

function frame(isIn) {
  for (const id of ["kinds", "create", "sign-out", "namespace-choice"]) part(id).hidden = !isIn;
  part("view").classList.toggle("login", !isIn);
}

function show(content) { part("view").replaceChildren(content); }

function login(message = "") {
  frame(false);
  const token = make("input", {
    id: "token", name: "token", type: "password", placeholder: "Enter token", required: true, autocomplete: "off",
  });
  const trouble = make("p", { class: "bad", role: "alert", text: message, hidden: !message });
  const submit = async (event) => {
    event.preventDefault();
    try {
      await signIn(token.value.trim());
      await start();
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  };
  const page = card("Sign in", make("form", { id: "login-form", onsubmit: submit },
    make("mat-radio-button", { role: "radio", "aria-checked": "true", text: "Token" }),
    make("p", { class: "mute", text: "Every Service Account has a Secret with a token that can be used to log in here." }),
    field("Enter token", token), trouble, 
    make("button", { id: "sign-in", class: "main kd-login-button", type: "submit", text: "Sign in" })));
  page.classList.add("narrow");
  show(page);
}

function failed(error) {
  if (error.status === 401) {
    session.end();
    login("Your session has ended. Please sign in again.");
  } else show(card("Something went wrong", make("p", { class: "bad", text: error.message })));
}

async function render() {
  const turn = ++shown;
  const name = location.hash.slice(1) || "deployments";
  const where = namespace ? `/${encodeURIComponent(namespace)}` : "";
  for (const link of part("kinds").children) link.classList.toggle("current", link.hash === `#${name}`);
  const finish = (spec) => { if (spec) choose(spec.namespace); location.hash = "#deployments"; };
  try {
    const page = name === "create" ? await create(namespace, finish) : await (views[name] || views.deployments)(where);
    if (turn === shown) show(page);
  } catch (error) {
    if (turn === shown) failed(error);
  }
}

function choose(name) {
  const select = part("namespace");
  if (![...select.options].some((option) => option.value === name)) select.append(make("option", { value: name, text: name }));
  select.value = name;
  namespace = name;
}

async function start() {
  frame(true);
  const found = await read("namespace");
  const names = found.namespaces.map((item) => item.objectMeta.name);
  part("namespace").replaceChildren(make("option", { value: "", text: "All namespaces" }),
    ...names.map((name) => make("option", { value: name, text: name })));
  choose(names.includes("default") ? "default" : "");
  await render();
}

part("namespace").addEventListener("change", (event) => { namespace = event.target.value; render(); });
part("create").addEventListener("click", () => { location.hash = "#create"; });
part("sign-out").addEventListener("click", () => { session.end(); login(); });
window.addEventListener("hashchange", () => { if (session.token) render(); });
setInterval(() => renew().catch(failed), RENEW_MS);
setInterval(() => { if (session.token && location.hash !== "#create") render(); }, REFRESH_MS);
if (session.token) start().catch(failed);
else login();
