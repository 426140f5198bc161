/**
 * Formulas of device profiles: numbers, `x` (the value itself), `x0`, `x1`, … (the words beside it), + - * / ^ and
 * parentheses. Nothing else can be said in them, so a profile from anywhere may carry one. `^` binds tightest and to the right,
 * as on paper: -2^2 is -4.
 */

/** The result for a value and the words that it came with. */
export type Formula = (x: number, words: readonly number[]) => number;

export interface CompiledFormula {
  run: Formula;
  /** The highest word that it names; -1 where it names none. */
  highestWord: number;
}

const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(x\d*)|([-+*/^()]))/y;
/** Deeper nesting than any formula on paper. */
const DEEPEST = 50;

interface Token {
  kind: 'number' | 'word' | 'sign' | 'end';
  text: string;
  at: number;
}

/** @throws Error saying what was expected where. */
export function compileFormula(text: string): CompiledFormula {
  const tokens = tokensOf(text);
  let next = 0;
  let highestWord = -1;
  let depth = 0;
  const peek = () => tokens[next] as Token;
  const take = (sign: string) => {
    if (peek().kind !== 'sign' || peek().text !== sign) return false;
    next++;
    return true;
  };
  const wrong = (expected: string) => {
    const { kind, at, text: found } = peek();
    return new Error(`expected ${expected} at character ${at + 1}, not ${kind === 'end' ? 'the end' : `"${found}"`}`);
  };

  function sum(): Formula {
    let left = product();
    for (;;) {
      if (take('+')) left = joined(left, product(), (a, b) => a + b);
      else if (take('-')) left = joined(left, product(), (a, b) => a - b);
      else return left;
    }
  }
  function product(): Formula {
    let left = signed();
    for (;;) {
      if (take('*')) left = joined(left, signed(), (a, b) => a * b);
      else if (take('/')) left = joined(left, signed(), (a, b) => a / b);
      else return left;
    }
  }
  function signed(): Formula {
    if (!take('-')) return power();
    if (++depth > DEEPEST) throw wrong('less nesting');
    const value = signed();
    depth--;
    return (x, words) => -value(x, words);
  }
  function power(): Formula {
    const base = atom();
    return take('^') ? joined(base, signed(), (a, b) => a ** b) : base;
  }
  function atom(): Formula {
    const { kind, text: found } = peek();
    if (kind === 'number') {
      next++;
      const value = Number(found);
      return () => value;
    }
    if (kind === 'word') {
      next++;
      if (found === 'x') return (x) => x;
      const word = Number(found.slice(1));
      highestWord = Math.max(highestWord, word);
      return (_, words) => words[word] ?? Number.NaN;
    }
    if (!take('(')) throw wrong('a number, x or (');
    if (++depth > DEEPEST) throw wrong('less nesting');
    const inside = sum();
    depth--;
    if (!take(')')) throw wrong(')');
    return inside;
  }

  const run = sum();
  if (peek().kind !== 'end') throw wrong('the end or an operator');
  return { run, highestWord };
}

function joined(left: Formula, right: Formula, join: (a: number, b: number) => number): Formula {
  return (x, words) => join(left(x, words), right(x, words));
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw new Error(
        `expected a number, x or an operator at character ${at + 1}, not "${text.slice(at, at + 10).trim()}"`,
      );
    }
    const [, number, word, sign] = match;
    const found = (number ?? word ?? sign) as string;
    const kind = number !== undefined ? 'number' : word !== undefined ? 'word' : 'sign';
    tokens.push({ kind, text: found, at: TOKEN.lastIndex - found.length });
  }
  return [...tokens, { kind: 'end', text: '', at: end }];
}
