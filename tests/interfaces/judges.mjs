// Reference clients against a running service: node judges.mjs URL TURNS. Prints what each of them read, as JSON.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.ASYNCASSIST_TEST_NPM}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const [url, turns] = [process.argv[2], JSON.parse(process.argv[3])];
const found = { openai: [], "ai-sdk": [], "ag-ui": [] };

const { default: OpenAI } = await load("openai");
const { DefaultChatTransport, readUIMessageStream } = await load("ai");
const { HttpAgent } = await load("@ag-ui/client");

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
for (const text of turns) {
  const messages = [{ role: "user", content: text }];
  try {
    const whole = await client.chat.completions.create({ model: "asyncassist", messages });
    const stream = client.chat.completions.stream({ model: "asyncassist", messages, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    found.openai.push({ whole: whole.choices[0].message.content, streamed: final.choices[0].message.content });
  } catch (error) {
    found.openai.push({ error: error.code, status: error.status });
  }
}

const transport = new DefaultChatTransport({ api: `${url}/ui/chat` });
for (const [index, text] of turns.entries()) {
  const chatId = `chat-of-many-characters-${index}-${Date.now()}`;
  const messages = [{ id: "m1", role: "user", parts: [{ type: "text", text }] }];
  try {
    const stream = await transport.sendMessages({ trigger: "submit-message", chatId, messages });
    let last;
    const errors = [];
    for await (const message of readUIMessageStream({ stream, onError: (error) => errors.push(String(error)) })) last = message;
    const texts = last.parts.filter((part) => part.type === "text").map((part) => part.text);
    const offers = last.parts.filter((part) => part.type === "data-offer").length;
    found["ai-sdk"].push({ text: texts.join(""), offers, errors });
    found.resumed = await transport.reconnectToStream({ chatId });
  } catch (error) {
    found["ai-sdk"].push({ error: String(error).slice(0, 300) });
  }
}

for (const [index, text] of turns.entries()) {
  const agent = new HttpAgent({ url: `${url}/ag-ui`, threadId: `thread-of-many-characters-${index}-${Date.now()}` });
  agent.setMessages([{ id: "m1", role: "user", content: text }]);
  try {
    await agent.runAgent({});
    const said = agent.messages.filter((message) => message.role === "assistant").map((message) => message.content);
    found["ag-ui"].push({ text: said.join(""), offers: agent.state.offers.length, intent: agent.state.intent });
  } catch (error) {
    found["ag-ui"].push({ error: String(error).slice(0, 300) });
  }
}
console.log(JSON.stringify(found));
