//! What text looks like: where its ink lies, in which fonts, and that nothing makes it fail.

use std::time::Duration;

use parley::PositionedLayoutItem;
use proptest::prelude::*;

use super::fonts::RegisterError;
use super::*;
use crate::media::font::{FontError, LARGEST_FILE};
use crate::show::color::Color;

const WIDE: TextBox = TextBox { width: 1920, height: 1080, width_given: false, height_given: false };
const DEJAVU: &[u8] = include_bytes!("../../../../assets/fonts/DejaVuSans.ttf");

/// Texts in many scripts, and a character that the fonts of the system must have for it.
const SAMPLES: &[(&str, &str)] = &[
    ("English", "The quick brown fox – “quoted”, fi ffl"),
    ("Deutsch", "Größe, Übermut & weiße Mäuse"),
    ("Français", "Où est l’œuvre ? « Voilà ! »"),
    ("Polski", "Zażółć gęślą jaźń"),
    ("Tiếng Việt", "Tiếng Việt có nhiều dấu"),
    ("Türkçe", "İstanbul’da ışık, ğ ş ç"),
    ("Ελληνικά", "Καλημέρα κόσμε, ΐ ΰ"),
    ("Русский", "Съешь же ещё этих булок"),
    ("العربية", "مرحبًا بالعالم، البث المباشر ١٢٣"),
    ("فارسی", "سلام دنیا؛ گچ پژ"),
    ("עברית", "שלום עולם, שידור חי"),
    ("हिन्दी", "नमस्ते दुनिया, क्षत्रिय"),
    ("বাংলা", "ওহে বিশ্ব, সরাসরি"),
    ("தமிழ்", "வணக்கம் உலகம்"),
    ("ไทย", "สวัสดีชาวโลก ถ่ายทอดสดวันนี้ที่กรุงเทพ"),
    ("ខ្មែរ", "សួស្តីពិភពលោក"),
    ("ქართული", "გამარჯობა მსოფლიო"),
    ("Հայերեն", "Բարեւ աշխարհ"),
    ("አማርኛ", "ሰላም ልዑል"),
    ("简体中文", "直播开始了，世界你好！"),
    ("日本語", "こんにちは世界、直播ライブ配信"),
    ("한국어", "안녕하세요 세계"),
    ("Emoji", "🎬 😀 👩🏽‍🚀 🏳️‍🌈 🇺🇦 1️⃣ ❤️ ☕"),
    ("Mixed", "Live: שלום 123 مرحبا → 世界 😀 नमस्ते"),
];

fn style(json: &str) -> TextStyle {
    let style: TextStyle = serde_json::from_str(json).expect("a style");
    style.check().expect("within its ranges");
    style
}

fn built_in(text: &str, json: &str, text_box: TextBox) -> Raster {
    raster(text, &style(json), &mut Fonts::without_system(), text_box)
}

fn is_ink(pixel: &[u8; 4]) -> bool {
    pixel[3] > 127
}

fn ink(raster: &Raster) -> usize {
    raster.rgba.as_chunks::<4>().0.iter().filter(|pixel| is_ink(pixel)).count()
}

/// Left, top, right and bottom of what can be seen.
fn ink_bounds(raster: &Raster) -> (i32, i32, i32, i32) {
    let mut bounds = (i32::MAX, i32::MAX, i32::MIN, i32::MIN);
    for (index, pixel) in raster.rgba.as_chunks::<4>().0.iter().enumerate() {
        let (x, y) = (index as i32 % raster.width, index as i32 / raster.width);
        if is_ink(pixel) {
            bounds = (bounds.0.min(x), bounds.1.min(y), bounds.2.max(x), bounds.3.max(y));
        }
    }
    bounds
}

/// Whether the system has fonts for what is tested; script/bootstrap installs them for tests.
fn has_fonts(fonts: &mut Fonts) -> bool {
    let found = fonts.emoji().is_some() && ['न', 'ส', '世'].into_iter().all(|letter| fonts.fallback(letter).is_some());
    if !found {
        println!("skipped: the system has no Noto fonts (script/bootstrap test)");
    }
    found
}

fn boxes_in(text: &str, style: &TextStyle, fonts: &mut Fonts) -> usize {
    let layout = set::set(text, style, 40.0, fonts, None);
    let items = layout.lines().flat_map(|line| line.items().collect::<Vec<_>>());
    let glyphs = items.map(|item| match item {
        PositionedLayoutItem::GlyphRun(run) => run.positioned_glyphs().filter(|glyph| glyph.id == 0).count(),
        PositionedLayoutItem::InlineBox(_) => 0,
    });
    glyphs.sum()
}

#[test]
fn a_missing_glyph_is_a_box_and_a_space_is_not() {
    assert!(ink(&built_in("\u{10fffd}", "{}", WIDE)) > 20);
    assert!(ink(&raster("\u{10fffd}", &style("{}"), &mut Fonts::default(), WIDE)) > 20);
    assert_eq!(ink(&built_in(" ", "{}", WIDE)), 0);
    let nothing = built_in("", "{}", WIDE);
    assert_eq!(nothing.width, 0);
}

#[test]
fn lines_stand_below_each_other() {
    let one = built_in("Hxg", r#"{"size":40}"#, WIDE);
    let two = built_in("Hxg\nHxg", r#"{"size":40}"#, WIDE);
    assert_eq!((one.width, one.height, two.height), (two.width, 48, 96));
    assert!(ink(&two).abs_diff(2 * ink(&one)) < ink(&one) / 10);
    assert_eq!(built_in("Hxg\r\nHxg", r#"{"size":40,"line_height":2}"#, WIDE).height, 160);
}

#[test]
fn lines_are_broken_at_the_width_that_is_given() {
    let text = "one two three four five six seven eight";
    let given = TextBox { width: 300, width_given: true, ..WIDE };
    let broken = built_in(text, r#"{"size":40}"#, given);
    assert_eq!(broken.width, 300);
    assert!(broken.height >= 3 * 48);
    assert_eq!(built_in(text, r#"{"size":40,"wrap":false}"#, given).height, 48);
    assert_eq!(built_in(text, r#"{"size":40}"#, WIDE).height, 48);
    assert!(built_in(text, r#"{"size":40,"wrap":true}"#, TextBox::at_most(300, 1080)).height >= 3 * 48);
    let word = built_in(&"W".repeat(30), r#"{"size":40}"#, given);
    assert!(word.height >= 3 * 48 && ink_bounds(&word).2 < 300, "a long word is broken");
}

#[test]
fn a_text_without_spaces_is_broken_too() {
    let mut fonts = Fonts::default();
    if has_fonts(&mut fonts) {
        for text in ["สวัสดีชาวโลกถ่ายทอดสดวันนี้ที่กรุงเทพ", "直播开始了世界你好直播开始了世界你好"]
        {
            let layout = set::set(text, &style("{}"), 40.0, &mut fonts, Some(250.0));
            assert!(layout.len() >= 2, "{text}");
            assert!(layout.width() <= 250.0, "{text}");
        }
    }
}

#[test]
fn text_is_aligned_in_its_box() {
    let place = |align: &str, text: &str| {
        let raster = built_in(text, &format!(r#"{{"size":40,{align}}}"#), TextBox::exactly(600, 300));
        assert_eq!((raster.width, raster.height), (600, 300));
        ink_bounds(&raster)
    };
    for wrap in [r#","wrap":false"#, ""] {
        let at = |align: &str, text: &str| place(&format!(r#""align":"{align}"{wrap}"#), text);
        assert!(at("start", "Hello").0 < 10 && at("left", "Hello").0 < 10);
        assert!(at("end", "Hello").2 > 590 && at("right", "Hello").2 > 590);
        let (left, _, right, _) = at("center", "Hello");
        assert!((left - (599 - right)).abs() <= 6, "{left} {right}");
        assert!(at("start", "שלום").2 > 590 && at("left", "שלום").0 < 10, "Hebrew starts at the right");
        assert!(at("end", "שלום").0 < 10);
    }
    assert!(place(r#""direction":"rtl""#, "Hello").2 > 590 && place(r#""direction":"ltr""#, "שלום").0 < 10);
    let wrapped = place(r#""align":"justify""#, &"ab ".repeat(30));
    assert!(wrapped.0 < 10 && wrapped.2 > 590);
    let (_, top, _, bottom) = place(r#""vertical_align":"middle""#, "Hxg");
    assert!((top - (299 - bottom)).abs() < 12, "{top} {bottom}");
    assert!(place(r#""vertical_align":"bottom""#, "Hxg").3 > 285 && place(r#""vertical_align":"top""#, "H").1 < 15);
}

#[test]
fn too_many_lines_end_in_an_ellipsis() {
    let mut fonts = Fonts::without_system();
    let limited = style(r#"{"max_lines":2}"#);
    for text in ["one two three four five six seven eight nine ten", &"x".repeat(300), "a\nb\nc", "\n\n\n\n"] {
        let layout = set::set(text, &limited, 40.0, &mut fonts, Some(300.0));
        assert!(layout.len() <= 2 && layout.width() <= 300.0, "{text:?}");
    }
    assert_eq!(set::set("a\nb", &limited, 40.0, &mut fonts, None).len(), 2);
}

#[test]
fn outline_and_panel_lie_under_the_text() {
    let plain = built_in("Hxg", r#"{"size":80}"#, WIDE);
    let outlined = built_in("Hxg", r##"{"size":80,"outline":{"width":6,"color":"#ff0000"}}"##, WIDE);
    let count = |raster: &Raster, color: [u8; 4]| raster.rgba.as_chunks::<4>().0.iter().filter(|p| **p == color).count();
    let white = count(&plain, [255; 4]);
    assert!(count(&outlined, [255; 4]).abs_diff(white) < white / 10, "the letters stay");
    assert!(count(&outlined, [255, 0, 0, 255]) > 500);
    assert!(outlined.width >= plain.width + 10 && outlined.height >= plain.height + 12);
    let panel = built_in("Hxg", r##"{"size":80,"background":{"color":"#0000ff","padding":20,"radius":10}}"##, WIDE);
    assert_eq!((panel.width, panel.height), (plain.width + 40, plain.height + 40));
    assert!(panel.rgba[3] == 0 && count(&panel, [0, 0, 255, 255]) > 5_000, "round corners");
}

#[test]
fn a_veiled_colour_is_even_where_letters_touch() {
    let veiled = built_in("\u{25a0}\u{25a0}ffi", r##"{"size":80,"letter_spacing":-20,"color":"#ffffff80"}"##, WIDE);
    assert!(veiled.rgba.as_chunks::<4>().0.iter().all(|pixel| pixel[3] <= 129));
}

#[test]
fn bold_and_italic_look_different() {
    let plain = built_in("Hello", r#"{"size":80}"#, WIDE);
    let bold = built_in("Hello", r#"{"size":80,"weight":700}"#, WIDE);
    assert!(ink(&bold) > ink(&plain) * 11 / 10, "{} {}", ink(&bold), ink(&plain));
    let italic = built_in("lll", r#"{"size":80,"italic":true}"#, WIDE);
    let upright = built_in("lll", r#"{"size":80}"#, WIDE);
    assert!(ink_bounds(&italic).2 > ink_bounds(&upright).2 + 5, "it leans to the right");
}

#[test]
fn emoji_are_in_colour_where_the_system_has_them() {
    let mut fonts = Fonts::default();
    if has_fonts(&mut fonts) {
        let raster = raster("😀", &style("{}"), &mut fonts, WIDE);
        let colorful = |pixel: &&[u8; 4]| is_ink(pixel) && pixel[0].abs_diff(pixel[2]) > 60;
        assert!(raster.rgba.as_chunks::<4>().0.iter().filter(colorful).count() > 300);
        let digits = |fonts: &mut Fonts| super::raster("123", &style("{}"), fonts, WIDE).rgba;
        assert_eq!(digits(&mut fonts), digits(&mut Fonts::without_system()), "digits are no emoji");
    }
}

#[test]
fn no_script_shows_boxes_where_there_are_fonts() {
    let mut fonts = Fonts::default();
    if has_fonts(&mut fonts) {
        for (name, text) in SAMPLES {
            assert_eq!(boxes_in(text, &style("{}"), &mut fonts), 0, "{name}");
            assert_eq!(boxes_in(text, &style(r#"{"weight":700,"italic":true}"#), &mut fonts), 0, "{name}");
        }
    }
}

#[test]
fn uploaded_fonts_are_found_by_id_and_name_until_they_are_forgotten() {
    let mut fonts = Fonts::without_system();
    assert_eq!(fonts.register("abc123", DEJAVU.to_vec()), Ok(vec!["DejaVu Sans".to_owned()]));
    assert_eq!(fonts.register("abc123", DEJAVU.to_vec()), Ok(vec!["DejaVu Sans".to_owned()]), "once more is no harm");
    assert!(fonts.has("abc123") && fonts.named("abc123").is_some() && fonts.named("nothing").is_none());
    let uploaded = raster("Hello", &style(r#"{"font":"abc123"}"#), &mut fonts, WIDE);
    assert_eq!(uploaded.rgba, built_in("Hello", "{}", WIDE).rgba);
    fonts.forget("abc123");
    assert!(!fonts.has("abc123") && fonts.named("abc123").is_none());
    assert!(ink(&raster("Hello", &style(r#"{"font":"abc123"}"#), &mut fonts, WIDE)) > 100);
}

#[test]
fn what_is_no_font_is_refused() {
    let mut fonts = Fonts::without_system();
    for bytes in [&b""[..], b"OTTO", b"hello, world", &[0; 4096], &DEJAVU[..200], &DEJAVU[..DEJAVU.len() / 2]] {
        assert!(
            matches!(fonts.register("x", bytes.to_vec()), Err(RegisterError::Font(FontError::Unreadable(_)))),
            "{} bytes",
            bytes.len()
        );
    }
    assert_eq!(fonts.register("x", vec![0; LARGEST_FILE + 1]), Err(FontError::TooLarge(LARGEST_FILE + 1).into()));
    assert!(!fonts.has("x"));
}

/// A font in which each glyph is made of ten of the one before: drawing the last would take ages.
#[test]
fn a_font_made_of_itself_is_refused() {
    let mut bytes = DEJAVU.to_vec();
    let table = |bytes: &[u8], tag: &[u8; 4]| {
        let entry = (0..usize::from(bytes[5])).map(|n| 12 + 16 * n).find(|at| &bytes[*at..*at + 4] == tag).expect("a table");
        u32::from_be_bytes([bytes[entry + 8], bytes[entry + 9], bytes[entry + 10], bytes[entry + 11]]) as usize
    };
    let (glyf, loca) = (table(&bytes, b"glyf"), table(&bytes, b"loca"));
    for glyph in 1..30_u16 {
        // Each in 100 bytes of its own: the head, ten parts of six bytes.
        let at = 100 * usize::from(glyph);
        let mut data = vec![0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
        for part in 0..10 {
            let more: u16 = if part == 9 { 0x0002 } else { 0x0022 };
            data.extend(more.to_be_bytes().into_iter().chain((glyph - 1).to_be_bytes()).chain([0, 0]));
        }
        bytes[glyf + at..glyf + at + data.len()].copy_from_slice(&data);
        let offset = loca + 4 * usize::from(glyph);
        bytes[offset..offset + 4].copy_from_slice(&(at as u32).to_be_bytes());
        bytes[offset + 4..offset + 8].copy_from_slice(&(at as u32 + 100).to_be_bytes());
    }
    let refused = Fonts::without_system().register("x", bytes);
    assert!(
        matches!(&refused, Err(RegisterError::Font(FontError::Unreadable(why))) if why.contains("parts")),
        "{refused:?}"
    );
}

#[test]
fn crawls_are_longer_than_their_box() {
    let text = "Breaking news\nand more of it. ".repeat(20);
    let text_box = TextBox::exactly(640, 60);
    let json = r##"{"size":40,"crawl":{},"background":{"color":"#0000ff"}}"##;
    let line = built_in(&text, json, text_box);
    assert!(line.width > 5_000 && line.height == 60, "{} {}", line.width, line.height);
    assert_eq!(line.rgba[3], 0, "its background stays behind");
    let back = backdrop(&style(json), text_box).expect("a background");
    assert_eq!((back.width, back.height, back.rgba[2]), (640, 60, 255));
    let column = built_in(&text, r#"{"size":40,"crawl":{"direction":"up"}}"#, text_box);
    assert!(column.height > 500 && column.width == 640);
    let endless = built_in(&"W".repeat(10_000), r#"{"size":300,"crawl":{}}"#, TextBox::exactly(4096, 4096));
    assert_eq!((endless.width, endless.height), (4096, 4096));
    assert_eq!(built_in(&"W".repeat(10_000), r#"{"size":40,"crawl":{}}"#, text_box).width, LONGEST_CRAWL);
}

#[test]
fn ten_thousand_characters_are_set_in_bounded_time() {
    let mixed: String = SAMPLES.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" ");
    let marks = format!("a{}", "\u{301}".repeat(20_000));
    let mut fonts = Fonts::default();
    for text in [
        &"word and word ".repeat(1_000),
        &mixed.repeat(40),
        &marks,
        &"W".repeat(20_000),
        &"😀".repeat(10_000),
        &"\n".repeat(20_000),
    ] {
        for (size, width) in [(4.0, 4096), (40.0, 1920), (1024.0, 1)] {
            let text_box = TextBox { width, height: 2160, width_given: true, height_given: false };
            let before = crate::base::clock::Clock::system().now();
            let raster = raster(text, &TextStyle { size, ..TextStyle::default() }, &mut fonts, text_box);
            let took = crate::base::clock::Clock::system().now().since(before);
            println!("{:>8.1} ms {size} {width} {}", took.as_secs_f64() * 1e3, text.chars().take(12).collect::<String>());
            assert!(raster.height <= 2160 && took < Duration::from_secs(60));
        }
    }
}

/// A sheet to look at: `MARQUEE_TEXT_SHEET=/tmp/sheet.png cargo test --lib contact_sheet`.
#[test]
fn a_contact_sheet_can_be_painted() {
    let Ok(path) = std::env::var("MARQUEE_TEXT_SHEET") else { return };
    let mut fonts = Fonts::default();
    let mut sheet = image::RgbaImage::from_pixel(1600, 1500, image::Rgba([32, 40, 64, 255]));
    let mut put = |raster: &Raster, x: i64, y: i64| {
        let picture = image::RgbaImage::from_raw(raster.width as u32, raster.height as u32, raster.rgba.clone());
        image::imageops::overlay(&mut sheet, &picture.expect("a picture"), x, y);
    };
    for (index, (name, text)) in SAMPLES.iter().enumerate() {
        let (x, y) = ((index as i64 / 12) * 800, (index as i64 % 12) * 64 + 8);
        put(
            &raster(name, &style(r##"{"size":18,"color":"#90a0c0"}"##), &mut fonts, TextBox::exactly(130, 60)),
            x + 10,
            y + 12,
        );
        put(&raster(text, &style(r#"{"size":32,"wrap":false}"#), &mut fonts, TextBox::exactly(640, 60)), x + 150, y);
    }
    let styles = [
        r##"{"size":56,"outline":{"width":4,"color":"#c02020"}}"##,
        r##"{"size":56,"shadow":{"x":6,"y":6,"blur":8,"color":"#000000"}}"##,
        r##"{"size":56,"background":{"color":"#205090","padding":16,"radius":16}}"##,
        r##"{"size":56,"weight":700,"italic":true,"color":"#ffe060","shadow":{}}"##,
        r##"{"size":56,"weight":700,"font":"Noto Sans","outline":{},"shadow":{},"background":{}}"##,
        r##"{"size":56,"font":"Noto Serif","italic":true,"letter_spacing":8}"##,
    ];
    for (index, json) in styles.iter().enumerate() {
        let (x, y) = ((index as i64 % 2) * 800 + 20, 790 + (index as i64 / 2) * 110);
        put(&raster("Live 😀 jfÅg שלום", &style(json), &mut fonts, TextBox::at_most(760, 200)), x, y);
    }
    let long =
        "Wrapped text breaks between words, and ends in an ellipsis when there is too much of it to fit into its box.";
    for (index, align) in ["start", "center", "end", "justify"].iter().enumerate() {
        let json = format!(r#"{{"size":28,"align":"{align}","vertical_align":"middle","max_lines":4,"background":{{}}}}"#);
        put(&raster(long, &style(&json), &mut fonts, TextBox::exactly(380, 200)), 10 + 398 * index as i64, 1130);
    }
    let arabic = "البث المباشر يبدأ الآن، 123 مرحبًا بكم في العرض (Live) اليوم";
    put(&raster(arabic, &style(r#"{"size":32,"background":{}}"#), &mut fonts, TextBox::exactly(380, 140)), 10, 1345);
    put(
        &raster(
            "ถ่ายทอดสดวันนี้ที่กรุงเทพมหานครประเทศไทย",
            &style(r#"{"size":32,"background":{}}"#),
            &mut fonts,
            TextBox::exactly(380, 140),
        ),
        408,
        1345,
    );
    put(&raster("\u{10fffd} missing \u{e000}", &style(r#"{"size":32}"#), &mut fonts, TextBox::exactly(380, 140)), 806, 1345);
    sheet.save(path).expect("the sheet is written");
}

fn any_style() -> impl Strategy<Value = TextStyle> {
    let numbers = (any::<f64>(), any::<f64>(), any::<f64>(), any::<u16>(), any::<Option<u32>>());
    (numbers, 0..64_u8, any::<Option<bool>>(), -20.0..1_200.0_f64).prop_map(
        |((a, b, c, weight, max_lines), bits, wrap, size)| {
            let bit = |n: u8| bits & (1 << n) != 0;
            let mut style = TextStyle {
                size: if bit(0) { a } else { size },
                weight,
                max_lines,
                wrap,
                italic: bit(1),
                ..TextStyle::default()
            };
            style.line_height = if bit(2) { b } else { 1.0 };
            style.letter_spacing = if bit(2) { c } else { 0.0 };
            style.outline = bit(3).then_some(crate::show::text::Outline { width: a, color: Color::BLACK });
            style.background =
                bit(5).then_some(crate::show::text::Background { color: Color::BLACK, padding: c, radius: a });
            style
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_style_becomes_a_picture_within_its_box(
        text in "(\\PC|[\n\u{200d}\u{fe0f}\u{301}\u{202e}\u{1f600}]|.){0,40}", style in any_style(),
        (width, height) in (-5..600_i32, -5..300_i32), given in any::<(bool, bool)>()
    ) {
        let text_box = TextBox { width, height, width_given: given.0, height_given: given.1 };
        let raster = Sheet::of(&text, &style, &mut Fonts::without_system(), text_box).raster(&mut Fonts::without_system());
        prop_assert!(raster.width <= width.max(0) && raster.height <= height.max(0));
        prop_assert_eq!(raster.rgba.len(), 4 * (raster.width * raster.height) as usize);
        if given.0 && given.1 {
            prop_assert_eq!((raster.width, raster.height), (width.max(0), height.max(0)));
        }
    }
}
