"""The emoji shortcodes that messages use most, with their characters."""

import re

#: Source: Slack's shortcodes as listed by https://github.com/iamcal/emoji-data (names only).
_TABLE = """
+1 👍 -1 👎 100 💯 adhesive_bandage 🩹 airplane ✈️ alarm_clock ⏰ alien 👽 ambulance 🚑 anchor ⚓ angry 😠
apple 🍎 arrow_down ⬇️ arrow_forward ▶️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️ arrows_counterclockwise 🔄
back 🔙 balloon 🎈 bar_chart 📊 battery 🔋 beer 🍺 beers 🍻 beetle 🪲 bell 🔔 bird 🐦 birthday 🎂
black_circle ⚫ black_large_square ⬛ black_square_button 🔲 blue_book 📘 blue_heart 💙 blush 😊 boat ⛵ bomb 💣
book 📖 bookmark 🔖 bookmark_tabs 📑 books 📚 boom 💥 bow 🙇 brain 🧠 bricks 🧱 broken_heart 💔 broom 🧹 bug 🐛
building_construction 🏗️ bulb 💡 bust_in_silhouette 👤 busts_in_silhouette 👥 butterfly 🦋 calendar 📆 camera 📷
card_file_box 🗃️ card_index_dividers 🗂️ cat 🐱 chart_with_downwards_trend 📉 chart_with_upwards_trend 📈
checkered_flag 🏁 cherry_blossom 🌸 chicken 🐔 clap 👏 clipboard 📋 clock1 🕐 clock3 🕒 clock9 🕘 closed_book 📕
closed_lock_with_key 🔐 cloud ☁️ coffee ☕ compass 🧭 computer 💻 confetti_ball 🎊 confused 😕 construction 🚧
construction_worker 👷 cookie 🍪 cop 👮 crab 🦀 crossed_fingers 🤞 cry 😢 cyclone 🌀 dart 🎯 date 📅 desktop_computer 🖥️
dizzy 💫 dog 🐶 dolphin 🐬 door 🚪 droplet 💧 duck 🦆 earth_africa 🌍 electric_plug 🔌 elephant 🐘 email 📧
envelope ✉️ exclamation ❗ eyes 👀 face_with_monocle 🧐 facepalm 🤦 factory 🏭 fast_forward ⏩ file_cabinet 🗄️
file_folder 📁 fire 🔥 fireworks 🎆 fish 🐟 flags 🎏 floppy_disk 💾 flushed 😳 footprints 👣 four_leaf_clover 🍀
fox_face 🦊 frog 🐸 gear ⚙️ gem 💎 ghost 👻 gift 🎁 globe_with_meridians 🌐 grey_question ❔ grin 😁 grinning 😀
hammer 🔨 hammer_and_wrench 🛠️ hand ✋ handshake 🤝 hatching_chick 🐣 heart ❤️ heart_eyes 😍 heavy_check_mark ✔️
heavy_exclamation_mark ❗ heavy_minus_sign ➖ heavy_multiplication_x ✖️ heavy_plus_sign ➕ hourglass ⌛
hourglass_flowing_sand ⏳ house 🏠 hugging_face 🤗 ice_cream 🍨 inbox_tray 📥 information_desk_person 💁
information_source ℹ️ joy 😂 key 🔑 keyboard ⌨️ label 🏷️ ladder 🪜 large_blue_circle 🔵 large_green_circle 🟢
large_orange_circle 🟠 large_purple_circle 🟣 large_red_circle 🔴 large_yellow_circle 🟡 large_green_square 🟩
large_red_square 🟥 large_yellow_square 🟨 large_blue_square 🟦 laughing 😆 leaves 🍃 ledger 📒 link 🔗 lock 🔒
loudspeaker 📢 mag 🔍 mag_right 🔎 mailbox 📫 map 🗺️ medal 🏅 mega 📣 memo 📝 microscope 🔬 monkey_face 🐵
moon 🌔 mortar_board 🎓 mountain ⛰️ mouse 🐭 muscle 💪 neutral_face 😐 new 🆕 newspaper 📰 no_entry ⛔
no_entry_sign 🚫 notebook 📓 nut_and_bolt 🔩 ocean 🌊 octopus 🐙 ok ✅ ok_hand 👌 open_file_folder 📂 open_book 📖
outbox_tray 📤 owl 🦉 package 📦 page_facing_up 📄 page_with_curl 📃 paperclip 📎 partying_face 🥳 party_popper 🎉
pause_button ⏸️ pencil 📝 pencil2 ✏️ penguin 🐧 pensive 😔 phone ☎️ pill 💊 pizza 🍕 point_down 👇 point_left 👈
point_right 👉 point_up ☝️ postbox 📮 pray 🙏 printer 🖨️ pushpin 📌 puzzle_piece 🧩 question ❓ rabbit 🐰 racehorse 🐎
rainbow 🌈 raised_hand ✋ raised_hands 🙌 raising_hand 🙋 receipt 🧾 recycle ♻️ red_circle 🔴 relaxed ☺️ relieved 😌
repeat 🔁 rewind ⏪ robot_face 🤖 rocket 🚀 rolling_on_the_floor_laughing 🤣 rotating_light 🚨 round_pushpin 📍
runner 🏃 sailboat ⛵ satellite 📡 school 🏫 scream 😱 scroll 📜 seedling 🌱 shield 🛡️ ship 🚢 shrug 🤷 sleeping 😴
slightly_smiling_face 🙂 small_blue_diamond 🔹 small_orange_diamond 🔸 smile 😄 smiley 😃 smiling_face_with_3_hearts 🥰
snail 🐌 snake 🐍 snowflake ❄️ sob 😭 sos 🆘 sparkles ✨ speech_balloon 💬 spiral_calendar_pad 🗓️ spiral_note_pad 🗒️
sponge 🧽 star ⭐ star2 🌟 stars 🌠 stopwatch ⏱️ straight_ruler 📏 sun_with_face 🌞 sunglasses 😎 sunny ☀️ sunrise 🌅
sweat_smile 😅 tada 🎉 target 🎯 telescope 🔭 test_tube 🧪 thinking_face 🤔 thought_balloon 💭 three_button_mouse 🖱️
thumbsdown 👎 thumbsup 👍 timer_clock ⏲️ toolbox 🧰 trash 🗑️ triangular_flag_on_post 🚩 trophy 🏆 tropical_fish 🐠
turtle 🐢 umbrella ☔ unicorn_face 🦄 unlock 🔓 up 🆙 upside_down_face 🙃 v ✌️ vertical_traffic_light 🚦 warning ⚠️
wastebasket 🗑️ watch ⌚ wave 👋 waving_hand 👋 whale 🐳 whale2 🐋 white_check_mark ✅ white_circle ⚪
white_large_square ⬜ white_square_button 🔳 wind_chime 🎐 wink 😉 wrench 🔧 writing_hand ✍️ x ❌ yellow_heart 💛
yum 😋 zap ⚡ zipper_mouth_face 🤐 zzz 💤 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣
keycap_ten 🔟 zero 0️⃣ first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉 red_heart ❤️ green_heart 💚
purple_heart 💜 orange_heart 🧡 green_book 📗
orange_book 📙 arrow_up_small 🔼 arrow_down_small 🔽 ballot_box_with_check ☑️
radio_button 🔘 heavy_large_circle ⭕ o ⭕ stop_sign 🛑 octagonal_sign 🛑 hospital 🏥 bellhop_bell 🛎️ ear 👂 nerd_face 🤓
"""
_WORDS = _TABLE.split()
EMOJI: dict[str, str] = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))

SHORTCODE = re.compile(r":([a-z0-9+][a-z0-9_+'-]{0,60}|-1):(?::skin-tone-[2-6]:)?")


def character(name: str) -> str:
    """Return the character of a shortcode, or the shortcode itself in colons where it is not known."""
    return EMOJI.get(name, f":{name}:")


def with_emoji(text: str) -> str:
    """Return `text` with every known shortcode as its character."""
    return SHORTCODE.sub(lambda found: EMOJI.get(found[1], found[0]), text)
