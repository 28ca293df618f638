// Server-sent events of a POST request, which EventSource does not support.

export class Problem extends Error {
  constructor(document, wait) {
    super(document.detail || "Something went wrong.");
    this.document = document;
    this.wait = wait;
  }
}

export async function problemOf(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    document = { detail: `The server answered ${response.status}.` };
  }
  return new Problem(document, Number(response.headers.get("retry-after")) || 0);
}

const ATTEMPTS = 5;
const LAST = ["done", "error"];

async function* read(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data) yield [field("event"), JSON.parse(data), field("id")];
    }
  }
}

// A connection that breaks is resumed after the last event: the turn runs on meanwhile.
export async function* events(path, body, signal) {
  let response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  let last = null;
  let session = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      for await (const [name, data, id] of read(response)) {
        last = id;
        attempt = 0;
        if (name === "start") session = data.session_id;
        yield [name, data];
        if (LAST.includes(name)) return;
      }
    } catch (error) {
      if (signal.aborted) throw error;
    }
    if (!last || !session) return;
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    try {
      response = await fetch(`${path}/${encodeURIComponent(session)}/events`, { headers: { "last-event-id": last }, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      continue;
    }
    if (response.status !== 200) return;
  }
}
