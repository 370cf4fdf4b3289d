// Talks to the Dashboard's own interface; every call carries the login token.
const BASE = "/api/v1/";
const KEY = "jweToken";

export const session = {
  get token() { return sessionStorage.getItem(KEY) || ""; },
  set token(value) { sessionStorage.setItem(KEY, value); },
  end() { sessionStorage.removeItem(KEY); },
};

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function call(path, options = {}) {
  const headers = { "Content-Type": "application/json", ...options.headers };
  if (session.token) headers.jweToken = session.token;
  const response = await fetch(BASE + path, { ...options, headers });
  if (!response.ok) throw new Refused(response.status, (await response.text()).trim());
  return response.json();
}

export const read = (path) => call(path);

export async function post(path, content) {
  const action = path.split("/")[0];
  const { token } = await call(`csrftoken/${action}`);
  return call(path, { method: "POST", body: JSON.stringify(content), headers: { "X-CSRF-TOKEN": token } });
}

export async function signIn(token) {
  const answer = await post("login", { token });
  if (!answer.jweToken) throw new Refused(401, "Unauthorized (401): Invalid credentials provided");
  session.token = answer.jweToken;
}

export async function renew() {
  if (session.token) session.token = (await post("token/refresh", { jweToken: session.token })).jweToken;
}
