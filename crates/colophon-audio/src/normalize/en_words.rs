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
/// Unit as written, then singular and plural as read. Longer ones first where one begins another.
#[rustfmt::skip]
pub(super) const UNITS: [(&str, &str, &str); 46] = [
    ("km/h", "kilometer per hour", "kilometers per hour"), ("kWh", "kilowatt hour", "kilowatt hours"),
    ("km2", "square kilometer", "square kilometers"), ("mph", "mile per hour", "miles per hour"),
    ("m/s", "meter per second", "meters per second"), ("GHz", "gigahertz", "gigahertz"),
    ("MHz", "megahertz", "megahertz"), ("kHz", "kilohertz", "kilohertz"), ("min", "minute", "minutes"),
    ("sec", "second", "seconds"), ("hrs", "hour", "hours"), ("lbs", "pound", "pounds"),
    ("km", "kilometer", "kilometers"), ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"), ("nm", "nanometer", "nanometers"), ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"), ("ml", "milliliter", "milliliters"),
    ("m2", "square meter", "square meters"), ("m3", "cubic meter", "cubic meters"), ("ft", "foot", "feet"),
    ("in", "inch", "inches"), ("mi", "mile", "miles"), ("yd", "yard", "yards"), ("lb", "pound", "pounds"),
    ("oz", "ounce", "ounces"), ("hr", "hour", "hours"), ("ms", "millisecond", "milliseconds"),
    ("Hz", "hertz", "hertz"), ("kW", "kilowatt", "kilowatts"), ("MW", "megawatt", "megawatts"),
    ("GW", "gigawatt", "gigawatts"), ("KB", "kilobyte", "kilobytes"), ("kB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"), ("GB", "gigabyte", "gigabytes"), ("TB", "terabyte", "terabytes"),
    ("ha", "hectare", "hectares"), ("dB", "decibel", "decibels"), ("m", "meter", "meters"),
    ("g", "gram", "grams"), ("h", "hour", "hours"), ("L", "liter", "liters"), ("W", "watt", "watts"),
    ("V", "volt", "volts"),
];
/// Currency sign or code; singular and plural of the unit, then of the hundredth.
#[rustfmt::skip]
pub(super) const CURRENCIES: [(&str, &str, &str, &str, &str); 10] = [
    ("US$", "dollar", "dollars", "cent", "cents"), ("$", "dollar", "dollars", "cent", "cents"),
    ("£", "pound", "pounds", "penny", "pence"), ("€", "euro", "euros", "cent", "cents"),
    ("¥", "yuan", "yuan", "fen", "fen"), ("₹", "rupee", "rupees", "paisa", "paise"),
    ("₩", "won", "won", "jeon", "jeon"), ("USD", "dollar", "dollars", "cent", "cents"),
    ("EUR", "euro", "euros", "cent", "cents"), ("GBP", "pound", "pounds", "penny", "pence"),
];
/// Abbreviations that need their full stop, and what they stand for.
#[rustfmt::skip]
pub(super) const ABBREVIATIONS: [(&str, &str); 40] = [
    ("Mr", "Mister"), ("Mrs", "Missus"), ("Ms", "Miz"), ("Dr", "Doctor"), ("Prof", "Professor"),
    ("Gen", "General"), ("Gov", "Governor"), ("Sen", "Senator"), ("Rep", "Representative"),
    ("Capt", "Captain"), ("Lt", "Lieutenant"), ("Col", "Colonel"), ("Sgt", "Sergeant"), ("Rev", "Reverend"),
    ("Hon", "Honorable"), ("Mt", "Mount"), ("Ft", "Fort"), ("Jr", "Junior"), ("Sr", "Senior"),
    ("Ave", "Avenue"), ("Blvd", "Boulevard"), ("Rd", "Road"), ("Ltd", "Limited"), ("Inc", "Incorporated"),
    ("Corp", "Corporation"), ("Co", "Company"), ("Bros", "Brothers"), ("Dept", "Department"),
    ("Univ", "University"), ("approx", "approximately"), ("est", "established"), ("vs", "versus"),
    ("vol", "volume"), ("fig", "figure"), ("etc", "et cetera"), ("no", "number"), ("nos", "numbers"),
    ("pp", "pages"), ("ca", "circa"), ("al", "al"),
];
/// Titles: a following capital does not begin a new sentence.
#[rustfmt::skip]
pub(super) const TITLES: [&str; 20] = [
    "Mr", "Mrs", "Ms", "Dr", "Prof", "Gen", "Gov", "Sen", "Rep", "Capt", "Lt", "Col", "Sgt", "Rev", "Hon",
    "Mt", "Ft", "St", "no", "nos",
];
/// Words before a Roman numeral that is read as a cardinal.
#[rustfmt::skip]
pub(super) const ROMAN_CARDINAL: [&str; 13] = [
    "War", "Chapter", "Part", "Act", "Scene", "Volume", "Book", "Section", "Phase", "Type", "Episode",
    "Level", "Apollo",
];
/// Names before a Roman numeral that is read as an ordinal.
#[rustfmt::skip]
pub(super) const ROMAN_ORDINAL: [&str; 22] = [
    "Henry", "Louis", "Elizabeth", "Charles", "George", "William", "James", "Edward", "Richard", "Napoleon",
    "Philip", "Frederick", "Catherine", "Peter", "Alexander", "Nicholas", "Wilhelm", "Ramses", "Paul",
    "John", "Benedict", "Mary",
];
pub(super) const DOMAINS: [&str; 12] =
    ["com", "org", "net", "edu", "gov", "io", "dev", "ai", "cn", "uk", "eu", "info"];

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
pub(super) fn digits(text: &str) -> String {
    let words: Vec<&str> = text.bytes().map(|b| ONES[usize::from(b.saturating_sub(b'0').min(9))]).collect();
    words.join(" ")
}
