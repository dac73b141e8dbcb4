package main

import (
	"math/bits"
	"time"
)

// A histogram's buckets: exact up to 64 µs, and from there 32 for each doubling, so that a bucket
// is at most 1/32 of its value wide. The last one takes everything beyond an hour.
const (
	exactBuckets     = 64
	bucketsADoubling = 32
	doublings        = 26
	buckets          = exactBuckets + doublings*bucketsADoubling
)

// histogram counts latencies in fixed memory. The zero value is empty.
type histogram struct {
	counts [buckets]uint32
	total  int64
	most   time.Duration
}

// add counts one latency.
func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)]++
	h.total++
	h.most = max(h.most, d)
}

// merge adds what the other has counted.
func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.most = max(h.most, other.most)
}

// quantile returns the latency that a share of all, 0 to 1, did not exceed: the upper end of its
// bucket, at most the greatest latency. It is 0 for an empty histogram.
func (h *histogram) quantile(share float64) time.Duration {
	left := int64(share*float64(h.total) + 0.5)
	for i, n := range h.counts {
		left -= int64(n)
		if n > 0 && left <= 0 {
			return min(upperEnd(i), h.most)
		}
	}
	return h.most
}

func bucketOf(d time.Duration) int {
	us := max(0, d.Microseconds())
	if us < exactBuckets {
		return int(us)
	}
	doubling := bits.Len64(uint64(us)) - bits.Len64(exactBuckets-1) // 1 for 64 to 127 µs
	within := int(us>>doubling) - bucketsADoubling                  // 0 to 31
	return min(buckets-1, exactBuckets+(doubling-1)*bucketsADoubling+within)
}

// upperEnd returns the first latency beyond the bucket.
func upperEnd(bucket int) time.Duration {
	if bucket < exactBuckets {
		return time.Duration(bucket+1) * time.Microsecond
	}
	doubling := (bucket-exactBuckets)/bucketsADoubling + 1
	within := (bucket-exactBuckets)%bucketsADoubling + bucketsADoubling
	return time.Duration(within+1) << doubling * time.Microsecond
}
