/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ring has one writer and one reader.  The writer fills a slot, then moves
 * the head past it (release); the reader reads up to the head (acquire), then
 * moves the tail.  A full ring drops the new report and counts it.
 */
#include "core/wire/page.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_MAGIC 0x66726b73

struct page *
page_map(int fd, struct err *err)
{
	struct page *page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
	                         MAP_SHARED, fd, 0);

	if (page == MAP_FAILED) {
		err_sys(err, "cannot map the page of counters");
		return NULL;
	}
	return page;
}

struct page *
page_create(int *fd, struct err *err)
{
	struct page *page;

	*fd = memfd_create("forkshop-page", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, sizeof(struct page)) < 0) {
		err_sys(err, "cannot make the page of counters");
		if (*fd >= 0)
			close(*fd);
		return NULL;
	}
	page = page_map(*fd, err);
	if (!page) {
		close(*fd);
		return NULL;
	}
	page->magic = PAGE_MAGIC;
	atomic_store(&page->reader_sleeps, 1);
	return page;
}

void
page_unmap(struct page *page)
{
	if (page)
		munmap(page, sizeof(*page));
}

static void
page_raise(struct page *page, uint32_t high)
{
	uint32_t was = atomic_load(&page->high);

	while (was < high &&
	       !atomic_compare_exchange_weak(&page->high, &was, high))
		continue;
}

static int
page_rows(const struct page *page)
{
	uint32_t high = atomic_load(&page->high);

	return high < PAGE_ROWS ? (int)high : PAGE_ROWS;
}

int
page_row_take(struct page *page, uint32_t id, uint32_t thread)
{
	int first = id ? 1 : 0, last = id ? PAGE_ROWS : 1;

	for (int i = first; i < last; i++) {
		struct row *row = &page->row[i];
		uint32_t nobody = 0;

		if (!atomic_compare_exchange_strong(&row->used, &nobody,
		                                    ROW_ON_THE_WAY))
			continue;
		atomic_store(&row->started, 0);
		atomic_store(&row->answered, 0);
		atomic_store(&row->done, 0);
		atomic_store(&row->failed, 0);
		atomic_store(&row->accepted, 0);
		atomic_store(&row->open, 0);
		atomic_store(&row->held, 0);
		for (int k = 0; k < ROW_OFFERS; k++)
			atomic_store(&row->offer[k], 0);
		atomic_store(&row->last_ns, 0);
		atomic_store(&row->counter, 0);
		atomic_store(&row->pid, 0);
		atomic_store(&row->tid, 0);
		atomic_store(&row->thread, thread);
		atomic_store(&row->id, id);
		atomic_store(&row->used, ROW_USED);
		page_raise(page, (uint32_t)i + 1);
		return i;
	}
	return -1;
}

void
page_row_fold(struct page *page, int i)
{
	struct row *row = &page->row[i];

	/* Who reads the sums of the ended first counts no row again. */
	atomic_store(&row->used, ROW_ON_THE_WAY);
	atomic_fetch_add(&page->ended_started, row->started);
	atomic_fetch_add(&page->ended_answered, row->answered);
	atomic_fetch_add(&page->ended_done, row->done);
	atomic_fetch_add(&page->ended_failed, row->failed);
	atomic_fetch_add(&page->ended_accepted, row->accepted);
	atomic_fetch_add(&page->ended_held, row->held);
	atomic_store(&row->used, 0);
}

uint64_t
page_connection(struct page *page)
{
	return atomic_fetch_add(&page->connections, 1) + 1;
}

bool
page_report(struct page *page, int i, const struct report *report)
{
	struct ring *ring = &page->row[i].ring;
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	if (head - tail >= RING_SIZE) {
		atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
		return false;
	}
	ring->slot[head % RING_SIZE] = *report;
	atomic_store_explicit(&ring->head, head + 1, memory_order_seq_cst);
	return atomic_load(&page->reader_sleeps) &&
	       atomic_exchange(&page->reader_sleeps, 0);
}

static int
page_drain_row(struct page *page, int i,
               void (*fn)(void *, int row, const struct report *), void *arg)
{
	struct ring *ring = &page->row[i].ring;
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	int n = 0;

	if (head - tail > RING_SIZE) /* a writer gone mad: skip it */
		tail = head;
	for (; tail != head; tail++, n++) {
		struct report report = ring->slot[tail % RING_SIZE];

		report.text[sizeof(report.text) - 1] = '\0';
		fn(arg, i, &report);
	}
	atomic_store_explicit(&ring->tail, tail, memory_order_release);
	return n;
}

int
page_drain(struct page *page,
           void (*fn)(void *, int row, const struct report *), void *arg,
           uint64_t *lost)
{
	int n = 0;

	for (int i = 0; i < page_rows(page); i++) {
		struct ring *ring = &page->row[i].ring;

		if (atomic_load_explicit(&ring->lost, memory_order_relaxed)) {
			uint32_t dropped = atomic_exchange(&ring->lost, 0);

			*lost += dropped;
			atomic_fetch_add(&page->ended_lost, dropped);
		}
		if (atomic_load_explicit(&ring->head, memory_order_relaxed) !=
		    atomic_load_explicit(&ring->tail, memory_order_relaxed))
			n += page_drain_row(page, i, fn, arg);
	}
	return n;
}

bool
page_sleep(struct page *page)
{
	atomic_store(&page->reader_sleeps, 1);
	for (int i = 0; i < page_rows(page); i++) {
		struct ring *ring = &page->row[i].ring;

		if (atomic_load(&ring->head) != atomic_load(&ring->tail)) {
			atomic_store(&page->reader_sleeps, 0);
			return false;
		}
	}
	return true;
}

void
page_awake(struct page *page)
{
	atomic_store(&page->reader_sleeps, 0);
}

struct page_totals
page_totals(const struct page *page)
{
	struct page_totals t = { page->ended_started,  page->ended_answered,
		                 page->ended_done,     page->ended_failed,
		                 page->ended_accepted, page->ended_lost };

	for (int i = 0; i < page_rows(page); i++) {
		const struct row *row = &page->row[i];

		if (atomic_load(&row->used) != ROW_USED)
			continue;
		t.started += row->started;
		t.answered += row->answered;
		t.done += row->done;
		t.failed += row->failed;
		t.accepted += row->accepted;
		t.lost += row->ring.lost;
	}
	return t;
}
