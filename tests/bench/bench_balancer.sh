#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench_balancer: ours beside haproxy (mode tcp, one thread) before the same
# two servers, alternating, so that what else the machine does hits both.
# Aim: at least 0.8 of haproxy's requests per second, and at most 1/0.8 of its
# processor time for a request.  Needs haproxy, ab and wrk.

build=${FORKSHOP_BUILD:-build/debug}
rounds=${BENCH_ROUNDS:-5}
requests=10000
PATH=$PATH:/usr/sbin

for program in haproxy ab wrk; do
	command -v $program >/dev/null && continue
	echo "bench_balancer: skipped, there is no $program"
	exit 0
done

tmp=$(mktemp -d) || exit 1
pids=
quit() {
	# shellcheck disable=SC2086
	kill $pids 2>/dev/null
	rm -rf "$tmp"
}
trap quit EXIT INT TERM

start() {
	"$@" >/dev/null 2>&1 &
	pids="$pids $!"
}

cat >"$tmp/haproxy.cfg" <<END
global
	maxconn 4000
	nbthread 1
defaults
	mode tcp
	timeout connect 5s
	timeout client 30s
	timeout server 30s
frontend site
	bind 127.0.0.1:5191
	default_backend servers
backend servers
	balance roundrobin
	server web1 127.0.0.1:5192
	server web2 127.0.0.1:5193
END

start "$build/forkshop-server" web1 --port 5192 --workers 2 --backlog 4096
start "$build/forkshop-server" web2 --port 5193 --workers 2 --backlog 4096
start "$build/forkshop-server" lb1 --port 5190 --to web1=5192,web2=5193
ours=$!
start haproxy -db -f "$tmp/haproxy.cfg"
theirs=$!
for port in 5190 5191; do
	tries=100
	until curl -s -o "$tmp/answer" "http://127.0.0.1:$port/"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || exit 1
		sleep 0.1
	done
done

# Processor time of a process so far, in ticks.
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# HOW PORT PID: "requests/s ticks requests".
measure() {
	before=$(ticks "$3")
	if [ "$1" = new ]; then
		ab -l -q -n $requests -c 50 "http://127.0.0.1:$2/" 2>&1 |
			awk '/^Requests per/ { print $4 }' >"$tmp/rate"
		n=$requests
	else
		wrk -t1 -c50 -d2 "http://127.0.0.1:$2/" >"$tmp/wrk"
		awk '/^Requests.sec/ { print $2 }' "$tmp/wrk" >"$tmp/rate"
		n=$(awk '/requests in/ { print $1 }' "$tmp/wrk")
	fi
	echo "$(cat "$tmp/rate") $(($(ticks "$3") - before)) $n"
}

# HOW: the sums of all rounds, and their ratios.
compare() {
	: >"$tmp/ours"
	: >"$tmp/theirs"
	round=0
	while [ $round -lt "$rounds" ]; do
		measure "$1" 5190 $ours >>"$tmp/ours"
		measure "$1" 5191 $theirs >>"$tmp/theirs"
		round=$((round + 1))
	done
	cat "$tmp/ours" "$tmp/theirs" | awk -v how="$2" -v hz="$(getconf CLK_TCK)" \
		-v rounds="$rounds" '
		{ who = NR <= rounds; rate[who] += $1; cpu[who] += $2; n[who] += $3 }
		END {
			for (w = 0; w < 2; w++)
				us[w] = cpu[w] / hz * 1e6 / n[w]
			printf "balancer %-22s %8.0f /s %6.1f us   haproxy %8.0f /s %6.1f us   " \
				"ratio %.2f of requests, %.2f of cpu\n", how,
				rate[1] / rounds, us[1], rate[0] / rounds, us[0],
				rate[1] / rate[0], us[1] / us[0]
		}'
}

compare new "connection per request"
compare kept "kept alive"
