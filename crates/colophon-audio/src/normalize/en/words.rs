//! English number words, and tables of units, currencies, abbreviations and names.

/// Numbers below twenty.
#[rustfmt::skip]
pub(super) const ONES: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
/// Multiples of ten.
pub(super) const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Powers of a thousand.
pub(super) const SCALES: [&str; 7] =
    ["", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion"];
/// The months.
#[rustfmt::skip]
pub(super) const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
];
/// Currency sign or code; singular and plural of the unit, then of the hundredth (empty where it is not
/// used). Longer signs first where one begins another.
#[rustfmt::skip]
pub(super) const CURRENCIES: &[(&str, &str, &str, &str, &str)] = &[
    ("US$", "dollar", "dollars", "cent", "cents"), ("HK$", "Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    ("NZ$", "New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    ("A$", "Australian dollar", "Australian dollars", "cent", "cents"),
    ("C$", "Canadian dollar", "Canadian dollars", "cent", "cents"),
    ("R$", "real", "reais", "centavo", "centavos"), ("S$", "Singapore dollar", "Singapore dollars", "cent", "cents"),
    ("$", "dollar", "dollars", "cent", "cents"), ("£", "pound", "pounds", "penny", "pence"),
    ("€", "euro", "euros", "cent", "cents"), ("¥", "yuan", "yuan", "fen", "fen"),
    ("₹", "rupee", "rupees", "paisa", "paise"), ("₩", "won", "won", "", ""), ("₽", "ruble", "rubles", "kopek", "kopeks"),
    ("₺", "lira", "lira", "kurus", "kurus"), ("₫", "dong", "dong", "", ""), ("฿", "baht", "baht", "satang", "satang"),
    ("₴", "hryvnia", "hryvnias", "kopiyka", "kopiykas"), ("₪", "shekel", "shekels", "agora", "agorot"),
    ("₿", "bitcoin", "bitcoins", "", ""), ("USD", "US dollar", "US dollars", "cent", "cents"),
    ("EUR", "euro", "euros", "cent", "cents"), ("GBP", "pound", "pounds", "penny", "pence"),
    ("CNY", "yuan", "yuan", "fen", "fen"), ("RMB", "yuan", "yuan", "fen", "fen"), ("JPY", "yen", "yen", "", ""),
    ("KRW", "won", "won", "", ""), ("INR", "rupee", "rupees", "paisa", "paise"),
    ("CHF", "Swiss franc", "Swiss francs", "rappen", "rappen"), ("CAD", "Canadian dollar", "Canadian dollars", "cent", "cents"),
    ("AUD", "Australian dollar", "Australian dollars", "cent", "cents"),
    ("HKD", "Hong Kong dollar", "Hong Kong dollars", "cent", "cents"), ("SEK", "Swedish krona", "Swedish kronor", "", ""),
    ("NOK", "Norwegian krone", "Norwegian kroner", "", ""), ("DKK", "Danish krone", "Danish kroner", "", ""),
    ("BRL", "real", "reais", "centavo", "centavos"), ("MXN", "peso", "pesos", "centavo", "centavos"),
    ("RUB", "ruble", "rubles", "kopek", "kopeks"), ("BTC", "bitcoin", "bitcoins", "", ""),
];
/// Abbreviations that need their full stop, and what they stand for.
#[rustfmt::skip]
pub(super) const ABBREVIATIONS: &[(&str, &str)] = &[
    ("Mr", "Mister"), ("Mrs", "Missus"), ("Ms", "Miz"), ("Dr", "Doctor"), ("Prof", "Professor"),
    ("Gen", "General"), ("Gov", "Governor"), ("Sen", "Senator"), ("Rep", "Representative"),
    ("Capt", "Captain"), ("Lt", "Lieutenant"), ("Col", "Colonel"), ("Sgt", "Sergeant"), ("Rev", "Reverend"),
    ("Hon", "Honorable"), ("Maj", "Major"), ("Cmdr", "Commander"), ("Adm", "Admiral"), ("Pres", "President"),
    ("Mt", "Mount"), ("Ft", "Fort"), ("Jr", "Junior"), ("Sr", "Senior"), ("Esq", "Esquire"),
    ("Ave", "Avenue"), ("Blvd", "Boulevard"), ("Rd", "Road"), ("Ln", "Lane"), ("Hwy", "Highway"), ("Apt", "Apartment"),
    ("Ltd", "Limited"), ("Inc", "Incorporated"), ("Corp", "Corporation"), ("Co", "Company"), ("Bros", "Brothers"),
    ("Assn", "Association"), ("Dept", "Department"), ("Univ", "University"), ("Inst", "Institute"),
    ("approx", "approximately"), ("est", "established"), ("vs", "versus"), ("vol", "volume"), ("fig", "figure"),
    ("etc", "et cetera"), ("no", "number"), ("nos", "numbers"), ("pp", "pages"), ("p", "page"), ("ca", "circa"),
    ("cf", "compare"), ("al", "al"), ("ch", "chapter"), ("ed", "edition"), ("min", "minutes"), ("max", "maximum"),
    ("misc", "miscellaneous"), ("temp", "temperature"), ("tel", "telephone"), ("ext", "extension"),
    ("Mon", "Monday"), ("Tue", "Tuesday"), ("Tues", "Tuesday"), ("Wed", "Wednesday"), ("Thu", "Thursday"),
    ("Thur", "Thursday"), ("Thurs", "Thursday"), ("Fri", "Friday"),
];
/// Titles: a following capital does not begin a new sentence.
#[rustfmt::skip]
pub(super) const TITLES: [&str; 26] = [
    "Mr", "Mrs", "Ms", "Dr", "Prof", "Gen", "Gov", "Sen", "Rep", "Capt", "Lt", "Col", "Sgt", "Rev", "Hon",
    "Mt", "Ft", "St", "no", "nos", "Maj", "Cmdr", "Adm", "Pres", "fig", "vol",
];
/// Words before a Roman numeral that is read as a cardinal.
#[rustfmt::skip]
pub(super) const ROMAN_CARDINAL: &[&str] = &[
    "War", "Chapter", "Part", "Act", "Scene", "Volume", "Book", "Section", "Phase", "Type", "Episode",
    "Level", "Apollo", "Bowl", "Article", "Appendix", "Class", "Grade", "Stage", "Title", "Table", "Figure",
    "Season", "Round", "Gemini", "Rocky", "Mark", "chapter", "part", "act", "scene", "volume", "book", "section",
];
/// Names before a Roman numeral that is read as an ordinal.
#[rustfmt::skip]
pub(super) const ROMAN_ORDINAL: &[&str] = &[
    "Pius", "Leo", "Gregory", "Innocent", "Clement", "Urban", "Ferdinand", "Gustav", "Christian", "Harald",
    "Olaf", "Otto", "Rudolf", "Leopold", "Joseph", "Ivan", "Constantine", "Umberto", "Victor", "Alfonso",
    "Carlos", "Albert", "Margrethe", "Cleopatra", "Ptolemy", "Mehmed", "Philippe", "Henri",
    "Henry", "Louis", "Elizabeth", "Charles", "George", "William", "James", "Edward", "Richard", "Napoleon",
    "Philip", "Frederick", "Catherine", "Peter", "Alexander", "Nicholas", "Wilhelm", "Ramses", "Paul",
    "John", "Benedict", "Mary",
];
/// Ends of host names.
pub(super) const DOMAINS: [&str; 27] = [
    "rs", "com", "org", "net", "edu", "gov", "io", "dev", "ai", "cn", "uk", "eu", "info", "de", "fr", "jp",
    "ca", "au", "ch", "us", "tv", "me", "app", "biz", "mil", "int", "co",
];

/// An integer in words: `1234` → "one thousand two hundred thirty-four".
pub fn cardinal(n: u64) -> String {
    if n == 0 {
        return ONES[0].into();
    }
    let mut groups = Vec::new();
    let mut rest = n;
    for scale in SCALES {
        let group = rest % 1000;
        if group > 0 {
            groups.push(format!("{}{scale}", below_thousand(group)));
        }
        rest /= 1000;
    }
    groups.reverse();
    groups.join(" ")
}

fn below_thousand(n: u64) -> String {
    let mut words = Vec::new();
    if n >= 100 {
        words.push(format!("{} hundred", ONES[(n / 100) as usize]));
    }
    let rest = (n % 100) as usize;
    if rest >= 20 && !rest.is_multiple_of(10) {
        words.push(format!("{}-{}", TENS[rest / 10], ONES[rest % 10]));
    } else if rest >= 20 {
        words.push(TENS[rest / 10].into());
    } else if rest > 0 {
        words.push(ONES[rest].into());
    }
    words.join(" ")
}

/// An ordinal in words: `21` → "twenty-first".
pub fn ordinal(n: u64) -> String {
    let words = cardinal(n);
    let cut = words.rfind([' ', '-']).map_or(0, |i| i + 1);
    let (head, last) = words.split_at(cut);
    let last = match last {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        w => match w.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{w}th"),
        },
    };
    format!("{head}{last}")
}

/// A year as it is spoken: `1905` → "nineteen oh five", `2026` → "twenty twenty-six".
pub fn year(n: u64) -> String {
    let (high, low) = (n / 100, n % 100);
    if !(10..=99).contains(&high) || (high.is_multiple_of(10) && low < 10) {
        return cardinal(n);
    }
    match low {
        0 => format!("{} hundred", cardinal(high)),
        1..=9 => format!("{} oh {}", cardinal(high), cardinal(low)),
        _ => format!("{} {}", cardinal(high), cardinal(low)),
    }
}

/// Digit by digit: `007` → "zero zero seven".
pub fn digits(text: &str) -> String {
    let words: Vec<&str> = text.bytes().map(|b| ONES[usize::from(b.saturating_sub(b'0').min(9))]).collect();
    words.join(" ")
}
