#!/usr/bin/env bash
# How fast a stretch is painted again: ten seconds of a scene at 1080p (a video, a logo, a band, a title, a clock), as marquee render and as an FFmpeg
# filter graph that puts the same on the same video, with the same encoder at the same settings, one after the other. Frames per
# second of the whole command, the middle one of three; then what painting alone gives, without an encoder.
# script/bench render; MARQUEE_BINARY names another binary than the one that is built.
set -euo pipefail
marquee=${MARQUEE_BINARY:-${CARGO_TARGET_DIR:-target}/release/marquee}
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$dir"' EXIT
seconds=10
frames=$((seconds * 30))

ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=1920x1080:rate=30 -t 12 -c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -g 30 "$dir/clip.mp4"
ffmpeg -nostdin -v error -y -f lavfi -i "color=c=0x3366ff:s=400x160,format=rgba,colorchannelmixer=aa=0.6" -frames:v 1 "$dir/logo.png"
font=$(fc-match -f '%{file}' sans 2>/dev/null || true)

"$marquee" serve --data-dir "$dir/data" --http 127.0.0.1:0 --ws 127.0.0.1:0 --rtmp off --whep off --log error >"$dir/addresses" &
server=$!
for _ in $(seq 100); do [ -s "$dir/addresses" ] && break; sleep 0.1; done
at=http://$(sed 's/.*"http":"\([^"]*\)".*/\1/' "$dir/addresses")
ask() { curl -fsS -X "$1" "$at$2" -H 'content-type: application/json' -d "$3" >/dev/null; }
asset() { curl -fsS -F "file=@$1" "$at/api/assets" | sed 's/.*"id":"\([^"]*\)".*/\1/'; }
clip=$(asset "$dir/clip.mp4")
logo=$(asset "$dir/logo.png")
ask PATCH /api/stream/config '{"width": 1920, "height": 1080, "restart": true}'
ask PUT /api/inputs/clip "{\"kind\": \"video\", \"asset\": \"$clip\", \"repeat\": true}"
ask PUT /api/scenes/bench "{\"layers\": [
  {\"id\": \"clip\", \"kind\": \"input\", \"input\": \"clip\"},
  {\"id\": \"logo\", \"kind\": \"image\", \"asset\": \"$logo\", \"x\": 1460, \"y\": 60},
  {\"id\": \"band\", \"kind\": \"color\", \"color\": \"#000000\", \"opacity\": 0.5, \"y\": 880, \"height\": 200},
  {\"id\": \"title\", \"kind\": \"text\", \"text\": \"Grace Hopper\", \"size\": 72, \"x\": 100, \"y\": 900},
  {\"id\": \"clock\", \"kind\": \"text\", \"text\": \"{clock}\", \"size\": 48, \"x\": 1600, \"y\": 930}]}"
ask POST /api/scenes/bench/take '{}'
sleep $((seconds + 3))
kill "$server"
wait "$server" || true
server=

# Seconds of wall time of a command: the middle one of three.
middle() {
  for _ in 1 2 3; do
    local from to
    from=$(date +%s%N)
    "$@" >/dev/null 2>&1
    to=$(date +%s%N)
    echo $(((to - from) / 1000))
  done | sort -n | sed -n 2p
}
row() {
  local name=$1
  shift
  local micros
  micros=$(middle "$@")
  awk -v name="$name" -v micros="$micros" -v frames="$frames" 'BEGIN { printf "%-44s %7.1f frames a second, %.2f s\n", name, frames * 1e6 / micros, micros / 1e6 }'
}
ln -s /dev/null "$dir/nowhere.y4m"
render() { "$marquee" render "$dir/data" --seconds "$seconds" --overwrite "$@"; }
text="drawtext=${font:+fontfile=$font:}text='Grace Hopper':fontsize=72:fontcolor=white:x=100:y=900,drawtext=${font:+fontfile=$font:}text='%{pts\:hms}':fontsize=48:fontcolor=white:x=1600:y=930"
graph() { # width, output …
  local size=$1
  shift
  local scale=
  [ "$size" = 1920x1080 ] || scale=",scale=$size"
  ffmpeg -nostdin -v error -y -stream_loop -1 -i "$dir/clip.mp4" -i "$dir/logo.png" -filter_complex \
    "[0][1]overlay=1460:60,drawbox=y=880:h=200:w=iw:t=fill:c=black@0.5,$text$scale,format=yuv420p" -frames:v "$frames" "$@"
}
echo "$(nproc) cores; $frames frames; H.264 by x264 veryfast, crf 18, 8 threads"
x264=(-c:v libx264 -preset veryfast -crf 18 -threads 8)
row "1080p, marquee render" render -o "$dir/a.mp4"
row "1080p, FFmpeg's overlay, drawbox, drawtext" graph 1920x1080 "${x264[@]}" "$dir/b.mp4"
row "4K, marquee render (drawn at 4K)" render -o "$dir/a.mp4" --size 3840x2160
row "4K, FFmpeg (drawn at 1080p, scaled)" graph 3840x2160 "${x264[@]}" "$dir/b.mp4"
draft=(-c:v libx264 -preset ultrafast -crf 18 -threads 8)
row "4K, marquee render, x264 ultrafast" render -o "$dir/a.mp4" --size 3840x2160 --preset ultrafast
row "4K, FFmpeg, x264 ultrafast" graph 3840x2160 "${draft[@]}" "$dir/b.mp4"
row "1080p, marquee render, nothing encoded" render -o "$dir/nowhere.y4m"
row "1080p, FFmpeg, nothing encoded" graph 1920x1080 -f rawvideo /dev/null
row "4K, marquee render, nothing encoded" render -o "$dir/nowhere.y4m" --size 3840x2160
row "4K, FFmpeg, nothing encoded" graph 3840x2160 -f rawvideo /dev/null
