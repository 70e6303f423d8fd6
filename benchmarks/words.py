"""The vocabulary of simulated posts: words of several scripts, emoji, hashtags, domains. Only data."""

from __future__ import annotations

# (share in %, the value of `langs` as JSON or "" for none, the script to write in); April 2026
LANGS = (
    (58.3, '["en"]', "en"), (11.7, "", "en"), (10.1, '["ja"]', "ja"), (2.8, '["pt"]', "pt"),
    (2.8, '["de"]', "de"), (2.6, '["es"]', "es"), (1.6, '["fr"]', "fr"), (1.4, '["ko"]', "ko"),
    (0.7, '["en-US"]', "en"),
    (0.7, '["nl"]', "de"), (0.5, '["ja-JP"]', "ja"), (0.3, '["it-IT"]', "es"), (0.3, '["pt-BR"]', "pt"),
    (0.8, '["es","en"]', "es"), (0.4, '["en-US","en"]', "en"), (0.3, '["en","ja","fr"]', "ja"),
    (0.6, '["ru"]', "ru"), (0.5, '["tr"]', "de"), (0.4, '["ar"]', "ar"), (0.3, '["th"]', "th"),
    (0.3, '["zh-Hant-TW"]', "ja"), (0.2, '["EN"]', "en"), (0.1, "[]", "en"),
)  # fmt: skip

_TEXTS = {
    "en": (
        "the a to of and in is it you that this my for with on was not so just what new good time "
        "people think going today love really never always morning coffee cat dog book music game art "
        "light rain city river garden bread I'm don't it's can't we're \"quoted\" <3 R&B Q&A okay; "
        "(well) maybe, finally! why? yes. naïve café 100% #1"
    ),
    "pt": (
        "que não de um uma para com você hoje bom dia muito obrigado então coração amanhã música "
        "gente nós país saudade férias avó pão água lição"
    ),
    "de": (
        "und die der das nicht ich ist heute schön für über können müssen Straße grüßen Kaffee Wetter "
        "Zug Bücher natürlich vielleicht draußen Katze Garten"
    ),
    "es": (
        "que de la el no hoy mañana corazón música gracias niño año qué ¿cómo? ¡vamos! canción "
        "también pequeño ciudad libro perro tarde"
    ),
    "fr": (
        "le la de et pas que c'est aujourd'hui déjà être où garçon forêt œuvre cœur français l'été à "
        "bientôt « oui » musique livre chat"
    ),
    "ja": (
        "今日 は いい 天気 です ね 猫 が 好き 新しい 曲 を 聴いた よかった 明日 も 頑張ろう ありがとう "
        "おはよう ございます 本 読んだ 展示 行きたい 、 。 ！ 笑 ～ …… アニメ ゲーム"
    ),
    "ko": "오늘 날씨 좋다 고양이 사랑 해요 정말 음악 책 새로운 아침 커피 우리 내일 안녕 ㅋㅋㅋ 이쁘시네용~",
    "ru": "сегодня хорошо новый день музыка книга кот город вечер очень люблю погода спасибо друзья",
    "ar": "اليوم جميل جدا صباح الخير قهوة كتاب موسيقى مدينة شكرا",
    "th": "วันนี้ อากาศ ดี แมว น่ารัก มาก ขอบคุณ เพลง ใหม่",
}
WORDS = {script: tuple(text.split()) for script, text in _TEXTS.items()}
UNSPACED = frozenset({"ja", "th"})

_EMOJI = "😂 ❤️ 🔥 🥹 💦 ✨ 👍🏽 🏳️‍🌈 👩‍💻 🇧🇷 🇯🇵 🎉 😍 🙏 💀 1️⃣ 🧑🏿‍🤝‍🧑🏻 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ☀️ 🐈‍⬛ 👇 🔞 🥳 🫠 ❤"
EMOJI = tuple(_EMOJI.split())

_HASHTAGS = (
    "art Art ART photography caturday Caturday bluesky BlueSky news music NowPlaying gamedev IndieDev "
    "python 猫 イラスト おはようVTuber 展示会 football FormulaOne books BookSky 3dprinting café ﬁlm "
    "Straße commission oc nsfw vtuber climate science ScienceSky quilting gardening birds baseball "
    "nature writing poetry cosplay furry dnd anime cooking travel history politics Eurovision "
    "WorldCup2026 fursuitfriday silentsunday mondaymotivation"
)
HASHTAGS = tuple(_HASHTAGS.split())

# From the most linked on; which one a post links to is a Zipf draw.
_DOMAINS = (
    "www.youtube.com youtu.be www.theguardian.com www.nytimes.com open.spotify.com www.twitch.tv "
    "github.com en.wikipedia.org www.bbc.co.uk www.instagram.com apnews.com www.reuters.com bsky.app "
    "www.washingtonpost.com ko-fi.com www.patreon.com www.tumblr.com substack.example.com "
    "store.steampowered.com www.etsy.com WWW.CNN.COM archive.org www.nature.com arxiv.org "
    "blog.example.org news.example.net shop.example.com:8443 www.example.de denik.example.cz "
    "xn--bcher-kva.example zeitung.example.de journal.example.fr nikkei.example.jp "
    "user:pass@files.example.org"
)
DOMAINS = tuple(_DOMAINS.split())
GIF_HOSTS = ("media.tenor.com", "static.klipy.com")
_THIRD_PARTY = (
    "fm.teal.alpha.feed.play fm.teal.alpha.actor.status place.stream.broadcast.origin "
    "place.stream.chat.message site.standard.document at.podping.update community.blacksky.feed.get "
    "app.top8.theme app.bsky.graph.starterPack org.hypercerts.claim.activity sh.tangled.repo.issue "
    "blue.flashes.feed.post chat.bsky.actor.declaration app.bsky.graph.list "
    "app.bsky.graph.starterpack app.bsky.feed.generator app.bsky.graph.listblock "
    "app.bsky.graph.verification "
)
THIRD_PARTY = tuple(_THIRD_PARTY.split())
