// The door to the server: requests with the session key, and the stream of events that never loses one.

const key = new URLSearchParams(location.search).get("key") ?? "";
let person = "";

export function actAs(id) {
  person = id;
}

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.ok === false) {
    const words = response.status === 403 ? "This page's key is no longer valid. Open the address the server printed." : "";
    throw new Refused(body.error ?? `http_${response.status}`, words || body.message || "The server refused this.");
  }
  return body;
}

export async function get(path, query = {}) {
  const search = new URLSearchParams({ as: person, html: "1", ...query });
  return answer(await fetch(`${path}?${search}`, { headers: { "X-Docent-Key": key } }));
}

export async function post(path, body = {}) {
  return answer(
    await fetch(path, {
      method: "POST",
      headers: { "X-Docent-Key": key, "Content-Type": "application/json" },
      body: JSON.stringify({ as: person, ...body }),
    }),
  );
}

export async function upload(files, fields = {}) {
  const form = new FormData();
  form.append("as", person);
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const file of files) form.append("file", file, file.name || "pasted.txt");
  return answer(await fetch("/people/upload", { method: "POST", headers: { "X-Docent-Key": key }, body: form }));
}

// `<img>` and links cannot send a header, so the key goes into the address.
export function fileAddress(path) {
  return `${path}?${new URLSearchParams({ key, as: person })}`;
}

// Follow the events of one person; `seen` is {run, seq} of what is already shown. Returns a function that stops.
export function follow(seen, { event, reset, up, down }) {
  const as = person;
  let socket = null;
  let stopped = false;
  let pause = 250;

  function open() {
    const search = new URLSearchParams({ as, key, html: "1", since: seen.seq, run: seen.run });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/people/events?${search}`);
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (stopped) return;
      if (frame.type === "hello") {
        pause = 250;
        up();
      } else if (frame.type === "reset") {
        seen.run = frame.run;
        seen.seq = frame.seq;
        reset();
      } else {
        seen.seq = frame.seq;
        event(frame);
      }
    };
    socket.onclose = () => {
      if (stopped) return;
      down();
      setTimeout(() => !stopped && open(), pause);
      pause = Math.min(pause * 2, 4000);
    };
  }

  open();
  return () => {
    stopped = true;
    socket?.close();
  };
}
