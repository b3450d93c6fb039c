import { Lexer } from 'yaml';

/** Ten times as deep as any file of ours. */
const DEEPEST = 50;
/** Spaces and dashes before a line's content, of each level. */
const MOST_INDENT = 4;

/**
 * Refuses YAML that lies in more levels than any file of ours: the reader calls itself for each, and where the stack ends so may the process.
 *
 * @throws Error in words for who wrote the file.
 */
export function requireShallow(text: string): void {
  let [flow, block, isStart, isText] = [0, 0, true, false];
  for (const token of new Lexer().lex(text)) {
    // The token before says that it is a scalar.
    const isScalar = isText;
    isText = token === '\u001f';
    if (isScalar ? token.endsWith('\n') : /^\r?\n/.test(token)) [block, isStart] = [0, true];
    else if (isScalar || isText) isStart = false;
    else if (isStart && /^[ -]*$|^[?:]$/.test(token)) block += token.length;
    else if (token === '[' || token === '{') flow++;
    else if (token === ']' || token === '}') flow--;
    if (Math.max(flow, block / MOST_INDENT) > DEEPEST) throw new Error(`it has more than ${DEEPEST} levels`);
  }
}
