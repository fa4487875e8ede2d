/**
 * Whether the server will hide a number in a text: the rules of `chat/masking.py`, held to it by cases
 * that both are tested with (`tests/contract/masking.json`).
 */
const LENGTHS =
  "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20";
const GAP = "[ \\u00a0\\u2009\\u202f\\u2010\\u2011\\u2013-]";
const IBAN = new RegExp(`(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:${GAP}?[A-Za-z0-9]){11,30}`, "g");
const RUN = new RegExp(`\\+?[\\p{Nd}•](?:${GAP}{0,2}[\\p{Nd}•])*`, "gu");
const DIGIT = /\p{Nd}/u;

export function hides(text: string): boolean {
  return hasIban(text) || [...text.matchAll(RUN)].some(([run]) => hasCard(run));
}

function hasIban(text: string): boolean {
  IBAN.lastIndex = 0;
  for (let found = IBAN.exec(text); found; found = IBAN.exec(text)) {
    IBAN.lastIndex = found.index + 1;
    const country = LENGTHS.indexOf(found[0].slice(0, 2).toUpperCase());
    if (country < 0 || country % 4 !== 0) continue;
    const length = Number(LENGTHS.slice(country + 2, country + 4));
    const places = [...found[0]].flatMap((character, place) =>
      /[A-Za-z0-9]/.test(character) ? [place] : [],
    );
    const last = places[length - 1];
    if (last === undefined) continue;
    const next = text.charAt(found.index + last + 1);
    const number = places
      .slice(0, length)
      .map((place) => found[0].charAt(place))
      .join("");
    if (!/[\p{L}\p{N}]/u.test(next) && isIban(number)) return true;
  }
  return false;
}

function isIban(number: string): boolean {
  let rest = 0;
  for (const character of number.slice(4) + number.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Card numbers in a run of digits: whole groups of them, 13 to 19 digits, none hidden already. */
function hasCard(run: string): boolean {
  if (run.startsWith("+")) return false;
  const digits = [...run].flatMap((character, place) => (DIGIT.test(character) ? [place] : []));
  const isPart = (place: number) => {
    const character = run.charAt(place);
    return character === "•" || DIGIT.test(character);
  };
  return digits.some((start, first) => {
    if (isPart(start - 1) || run.charAt(start) === "0" || endsHidden(run, start)) return false;
    for (let count = 19; count >= 13; count -= 1) {
      const last = digits[first + count - 1];
      if (last === undefined || isPart(last + 1)) continue;
      const piece = run.slice(start, last + 1);
      if (!piece.includes("•") && isCard([...piece].filter((one) => DIGIT.test(one)).map(digitOf)))
        return true;
    }
    return false;
  });
}

function endsHidden(run: string, place: number): boolean {
  const hidden = run.lastIndexOf("•", place - 1);
  return (
    place > 0 && hidden >= 0 && [...run.slice(hidden, place)].filter((one) => DIGIT.test(one)).length < 4
  );
}

/** Digits of every script come in blocks of ten that begin with their zero. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  if (code < 128) return code - 48;
  let zero = code;
  while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

function isCard(number: number[]): boolean {
  if (new Set(number).size === 1) return false;
  const sum = number.reverse().reduce((total, digit, place) => {
    const doubled = digit * 2;
    return total + (place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
