/**
 * The server speaks English. What it says in fixed sentences is said again in the reader's language, by
 * a table of sentences with slots (`{}`) that every dictionary may bring along.
 */

export type Sentences = [english: string, own: string][];

interface Pattern {
  match: RegExp;
  own: string;
}

const compiled = new WeakMap<Sentences, Pattern[]>();

function patterns(of: Sentences): Pattern[] {
  let made = compiled.get(of);
  if (!made) {
    made = of.map(([english, own]) => ({
      match: new RegExp(`^${english.replace(/[.*+?^$|()[\]\\]/g, "\\$&").replace(/\{\}/g, "(.+?)")}$`, "s"),
      own,
    }));
    compiled.set(of, made);
  }
  return made;
}

/** The sentence in the language of the table; `null` for one that it does not have. */
export function translated(sentence: string, table: Sentences): string | null {
  for (const { match, own } of patterns(table)) {
    const found = match.exec(sentence);
    if (!found) continue;
    let slot = 0;
    // What stands in a slot may be a sentence of the table, too; `{1}` is the second slot of the English.
    return own.replace(/\{(\d*)\}/g, (_, place: string) => {
      const words = found[place === "" ? (slot += 1) : Number(place) + 1] ?? "";
      return translated(words, table) ?? words;
    });
  }
  return null;
}

/** An error: what is wrong and, after a semicolon, what to do. Each half may be known by itself. */
export function translatedError(message: string, table: Sentences): string | null {
  const whole = translated(message, table);
  if (whole !== null) return whole;
  const at = message.lastIndexOf("; ");
  if (at < 0) return null;
  const [wrong, advice] = [translated(message.slice(0, at), table), translated(message.slice(at + 2), table)];
  if (wrong === null) return null;
  return advice === null ? wrong : `${wrong}；${advice}`;
}
