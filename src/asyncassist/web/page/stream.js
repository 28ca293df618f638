// Server-sent events of a turn. A lost connection is continued after the last event: the turn runs on meanwhile.

export class Problem extends Error {
  constructor(document, status, wait) {
    super(document.detail || "");
    this.document = document;
    this.status = status;
    this.wait = wait;
  }
}

export async function problemOf(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    // Not ours: a proxy's page, for example.
  }
  return new Problem(document, response.status, Number(response.headers.get("retry-after")) || 0);
}

async function* read(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { name: "", data: "", id: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        else if (line.startsWith("data: ")) event.data += line.slice(6);
        else if (line.startsWith("id: ")) event.id = line.slice(4);
      }
      if (event.name && event.data) yield { ...event, data: JSON.parse(event.data) };
    }
  }
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function open(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw await problemOf(response);
  return response;
}

// Yields [name, data] until the turn ends. `turn` is told the last id, so that the caller can continue after a reload.
export async function* events(path, body, signal, turn) {
  const headers = { accept: "text/event-stream" };
  const post = () =>
    open(path, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body), signal });
  const follow = () =>
    open(`chat/${encodeURIComponent(turn.session)}/events`, { headers: turn.id ? { ...headers, "last-event-id": turn.id } : headers, signal });
  for (let attempt = 0; ; attempt += 1) {
    let failure = null;
    try {
      const response = await (body && !turn.id ? post() : follow());
      if (response.status === 204) return; // all events have been received
      for await (const event of read(response)) {
        if (event.id) turn.id = event.id;
        if (event.name === "start") turn.session = event.data.session_id || turn.session;
        yield [event.name, event.data];
        if (event.name === "done" || event.name === "error") return;
        attempt = 0;
      }
    } catch (error) {
      failure = error;
    }
    const continues = turn.id && turn.session && attempt < 5 && !signal.aborted && !(failure instanceof Problem);
    if (!continues) {
      if (failure) throw failure;
      return;
    }
    await pause(Math.min(8, 2 ** attempt) / 2);
  }
}
