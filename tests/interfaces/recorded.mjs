// Readers of the further protocols over recorded responses: node recorded.mjs FILE. Prints what each read, as JSON.
// FILE has a list of turns, each with status, headers and body by protocol.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.ASYNCASSIST_TEST_NPM}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const turns = JSON.parse(readFileSync(process.argv[2], "utf8"));

const { default: OpenAI } = await load("openai");
const { DefaultChatTransport, readUIMessageStream } = await load("ai");
const { HttpAgent } = await load("@ag-ui/client");

const answer = ({ status, type, body }) => async () => new Response(body, { status, headers: { "content-type": type } });
const messages = [{ id: "m1", role: "user", content: "x", parts: [{ type: "text", text: "x" }] }];
const failed = (error) => ({ error: error.message, kind: error.constructor.name, status: error.status ?? null });

async function whole(recorded) {
  const client = new OpenAI({ baseURL: "http://recorded.example/v1", apiKey: "none", maxRetries: 0, fetch: answer(recorded) });
  const found = await client.chat.completions.create({ model: "asyncassist", messages });
  return { text: found.choices[0].message.content };
}

async function streamed(recorded) {
  const client = new OpenAI({ baseURL: "http://recorded.example/v1", apiKey: "none", maxRetries: 0, fetch: answer(recorded) });
  const found = await client.chat.completions.stream({ model: "asyncassist", messages }).finalChatCompletion();
  return { text: found.choices[0].message.content };
}

async function aiSdk(recorded) {
  const transport = new DefaultChatTransport({ api: "http://recorded.example/ui/chat", fetch: answer(recorded) });
  const stream = await transport.sendMessages({ trigger: "submit-message", chatId: "recorded", messages });
  let last = { parts: [] };
  const errors = [];
  for await (const message of readUIMessageStream({ stream, onError: (error) => errors.push(error.message) })) last = message;
  const of = (type) => last.parts.filter((part) => part.type === type);
  const tools = of("dynamic-tool").map((part) => [part.toolName, part.state]);
  return { text: of("text").map((part) => part.text).join(""), offers: of("data-offer").length, tools, errors };
}

async function agUi(recorded) {
  const agent = new HttpAgent({ url: "http://recorded.example/ag-ui", threadId: "recorded", fetch: answer(recorded) });
  agent.setMessages([{ id: "m1", role: "user", content: "x" }]);
  const errors = [];
  const tools = [];
  const subscriber = {
    onRunErrorEvent: ({ event }) => errors.push(event.message),
    onToolCallResultEvent: ({ event }) => tools.push(JSON.parse(event.content)),
  };
  try {
    await agent.runAgent({}, subscriber);
  } catch (error) {
    if (errors.length === 0) throw error;
  }
  const said = agent.messages.filter((message) => message.role === "assistant").map((message) => message.content ?? "");
  return { text: said.join(""), offers: agent.state.offers?.length ?? 0, tools, errors };
}

const readers = { whole, streamed, "ai-sdk": aiSdk, "ag-ui": agUi };
const found = [];
for (const turn of turns) {
  const read = {};
  for (const [name, reader] of Object.entries(readers)) read[name] = await reader(turn[name]).catch(failed);
  found.push(read);
}
console.log(JSON.stringify(found));
