/** One HTTP request of a sender: bounded in time and size, follows no redirect, and says in words how it ended. */
import { messageOf } from '@karez/model';
import type { Outcome } from './notice.ts';

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 64 * 1024;

export interface Answer {
  status: number;
  body: string;
}

/** Answers that a later attempt may change: too early, too many, the server's own trouble. */
const mayChange = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** @returns the answer where it is a success, else how the attempt ended. */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ answer: Answer } | { outcome: Outcome }> {
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: { 'content-type': 'application/json', ...headers },
    });
    const answer = { status: response.status, body: await textOf(response) };
    if (response.ok) return { answer };
  } catch (cause) {
    const { cause: deeper } = cause as { cause?: unknown };
    return { outcome: { ok: false, retry: true, reason: `no answer: ${messageOf(deeper ?? cause)}` } };
  }
  const { status, headers: said } = response;
  const afterS = Number(said.get('retry-after'));
  return {
    outcome: {
      ...{ ok: false, retry: mayChange(status), reason: `answered with HTTP ${status}` },
      ...(afterS > 0 ? { afterMs: afterS * 1000 } : {}),
    },
  };
}

/** Answers of robots say in JSON whether they took it: 0 under `key` is yes. */
export async function postToRobot(
  url: string,
  body: object,
  key: 'errcode' | 'code',
  retryCodes: readonly number[],
): Promise<Outcome> {
  const result = await post(url, JSON.stringify(body));
  if ('outcome' in result) return result.outcome;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(result.answer.body) as Record<string, unknown>;
  } catch {
    return { ok: false, retry: true, reason: 'the answer is not JSON' };
  }
  const code = Number(said[key]);
  if (code === 0) return { ok: true };
  const words = String(said.errmsg ?? said.msg ?? '').slice(0, 200);
  return { ok: false, retry: retryCodes.includes(code), reason: `refused with ${key} ${code}: ${words}` };
}

async function textOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > ANSWER_BYTES) break;
  }
  return text;
}
