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

export async function* events(path, body, signal) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const name = lines.find((line) => line.startsWith("event: "));
      const data = lines.find((line) => line.startsWith("data: "));
      if (name && data) yield [name.slice(7), JSON.parse(data.slice(6))];
    }
  }
}
